import type { BrowserContext, Page } from '@playwright/test';
import { lookAway } from './support/sound.ts';
import { expect, test } from './support/test.ts';

interface Told {
  title: string;
  body: string;
  tag: string;
}

declare global {
  interface Window {
    told: Told[];
  }
}

test('who looks elsewhere is told of what arrives, and not of what is muted', async ({
  people,
}) => {
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  await watchNotifications(ben.context, 'granted');
  const chat = await ben.openChat(ada);
  await ada.post(ben, 'seen at once');
  await chat.expectLatest('seen at once');
  await lookAway(chat.page);
  await ada.post(ben, 'Are you there?');
  await expect
    .poll(() => told(chat.page))
    .toMatchObject([{ title: 'ada', body: 'Are you there?' }]);
  await expect(chat.page.locator('link[rel="icon"]')).toHaveAttribute('href', /unread/);

  const mute = chat.page.getByRole('button', { name: 'Mute this conversation' });
  await mute.click();
  await expect(mute).toHaveAttribute('aria-pressed', 'true');
  await expect(chat.person('ada')).toContainText('Muted');
  await expect(chat.page.locator('link[rel="icon"]')).not.toHaveAttribute('href', /unread/);
  await ada.post(ben, 'nobody hears this');
  await cleo.post(ben, 'but this');
  await expect
    .poll(async () => (await told(chat.page)).map(({ body }) => body))
    .toEqual(['Are you there?', 'but this']);
  await chat.page.reload();
  await expect(mute).toHaveAttribute('aria-pressed', 'true');
});

test('notifications are offered once there is a reason, and not again', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await watchNotifications(ada.context, 'default');
  const chat = await ada.openChat(ben);
  const offer = chat.page.getByRole('region', { name: 'Notifications' });
  await expect(chat.composer).toBeVisible();
  await expect(offer).toBeHidden();
  await chat.send('Hello');
  await expect(offer).toBeVisible();
  await offer.getByRole('button', { name: 'Not now' }).click();
  await expect(offer).toBeHidden();
  await chat.page.reload();
  await chat.send('Hello again');
  await expect(chat.message('Hello again').getByTitle('Sent')).toBeVisible();
  await expect(offer).toBeHidden();

  await chat.page.getByRole('button', { name: 'Account and settings' }).click();
  const choice = chat.page.getByRole('menuitemcheckbox', { name: 'Notifications on this device' });
  await expect(choice).not.toBeChecked();
  await choice.click();
  await expect(choice).toBeChecked();
});

/** Writes down what the browser would show. */
async function watchNotifications(context: BrowserContext, permission: string): Promise<void> {
  await context.addInitScript((start) => {
    window.told = [];
    window.watched = true;
    document.hasFocus = () => window.watched;
    let now = start;
    const record = (title: string, { body = '', tag = '' }: NotificationOptions = {}) =>
      window.told.push({ title, body, tag });
    // In the place of the browser's own, of which the page uses no more than this.
    // eslint-disable-next-line @typescript-eslint/no-extraneous-class
    class Recorded {
      static get permission() {
        return now;
      }

      static requestPermission() {
        now = 'granted';
        return Promise.resolve(now);
      }

      constructor(title: string, options?: NotificationOptions) {
        record(title, options);
      }
    }
    Reflect.set(window, 'Notification', Recorded);
    if (!('ServiceWorkerRegistration' in window)) return;
    ServiceWorkerRegistration.prototype.showNotification = (title, options) => {
      record(title, options);
      return Promise.resolve();
    };
  }, permission);
}

function told(page: Page): Promise<Told[]> {
  return page.evaluate(() => window.told);
}
