import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { Chat } from './support/chat.ts';
import { LogIn } from './support/log-in.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

const address = 'nina@example.org';
const secondPassword = 'another horse 8 battery';

test.use({ settings: { CHATAPP_SIGN_UP: 'open' } });

/** A link or button of the settings, and what it opens. */
async function goTo(page: Page, section: string): Promise<void> {
  await page.goto('/settings/');
  await page.getByRole('navigation', { name: 'Settings' }).getByText(section).click();
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
}

test('an account is made, used, lost, recovered, taken along and deleted', async ({
  server,
  newBrowser,
  people,
  troubles,
}) => {
  test.setTimeout(240_000);
  // What ends is asked once more, and says so.
  troubles.expect(refusal(403, '/api/v1/'), /WebSocket connection/);
  const [ben] = await people('ben');
  const baseURL = server.url;
  const phone = await (await newBrowser({ baseURL })).newPage();
  const desk = await (await newBrowser({ baseURL })).newPage();

  await test.step('signs up and confirms', async () => {
    await phone.goto('/account/sign-up/');
    await phone.getByLabel('Username').fill('nina');
    await phone.getByLabel('E-mail address').fill(address);
    await phone.getByLabel('Password', { exact: true }).fill(password);
    await phone.getByRole('button', { name: 'Create the account' }).click();
    await expect(phone.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
    await phone.goto(await server.mailbox(address).link('/account/confirm/'));
    await phone.getByRole('button', { name: 'Confirm the account' }).click();
    await expect(phone.getByText('Your account “nina” is ready.')).toBeVisible();
  });

  await test.step('logs in on two devices', async () => {
    for (const page of [phone, desk]) {
      await page.goto('/login/');
      await new LogIn(page).as('nina');
      await expect(new Chat(page).person('ben')).toBeVisible();
    }
    await goTo(desk, 'Devices');
    await expect(desk.getByRole('list', { name: 'Devices' }).getByRole('listitem')).toHaveCount(2);
    await expect(desk.getByText('This device')).toHaveCount(1);
  });

  await test.step('forgets the password, and the new one throws both devices out', async () => {
    const other = await (await newBrowser({ baseURL })).newPage();
    await other.goto('/password/forgot/');
    await other.getByLabel('E-mail address').fill(address);
    await other.getByRole('button', { name: 'Send the link' }).click();
    await other.goto(await server.mailbox(address).link('/password/reset/'));
    await other.getByLabel('New password').fill(secondPassword);
    await other.getByRole('button', { name: 'Change the password' }).click();
    await expect(other.getByText('Your password is changed')).toBeVisible();
    await expect(phone.getByText('Your session has ended.')).toBeVisible();
    await expect(desk.getByText('Your session has ended.')).toBeVisible();
    await new LogIn(desk).as('nina', secondPassword);
    await expect(desk.getByRole('navigation').first()).toBeVisible();
  });

  await test.step('makes a token, with which a program reads and may not write', async () => {
    await goTo(desk, 'Access tokens');
    await desk.getByRole('button', { name: 'New token' }).click();
    await desk.getByRole('textbox', { name: 'Name' }).fill('backup');
    await desk.getByRole('button', { name: 'Make the token' }).click();
    const token = await desk.getByRole('textbox', { name: 'Token' }).inputValue();
    const ask = (init: RequestInit = {}) =>
      fetch(`${server.url}/api/v1/message/`, {
        ...init,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      });
    expect((await ask()).status).toBe(200);
    const body = JSON.stringify({ recipient: 'ben', body: 'by program' });
    expect((await ask({ method: 'POST', body })).status).toBe(403);
    await desk.getByRole('button', { name: 'I have kept it' }).click();
    await expect(desk.getByText('rcht_')).not.toContainText(token);
    await desk.getByRole('button', { name: 'Revoke backup' }).click();
    await desk.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await expect(desk.getByText('You have no tokens.')).toBeVisible();
    expect((await ask()).status).toBe(401);
  });

  await test.step('takes a picture and a name, which others see', async () => {
    await goTo(desk, 'Profile');
    await desk.getByLabel('Picture file').setInputFiles({
      name: 'me.png',
      mimeType: 'image/png',
      buffer: await desk.getByRole('heading', { name: 'Your picture' }).screenshot(),
    });
    await desk.getByRole('button', { name: 'Use this' }).click();
    await expect(desk.getByRole('button', { name: 'Choose another' })).toBeVisible();
    await desk.getByLabel('Name that is shown').fill('Nina Simone');
    await desk.getByRole('button', { name: 'Save' }).click();
    await expect(desk.getByText('Saved')).toBeVisible();
    const chat = await ben.openChat('nina');
    await expect(chat.heading).toHaveText('Nina Simone');
    await expect(chat.page.locator('img[src*="/user/nina/avatar/"]').first()).toBeVisible();
    await chat.send('Hello Nina');
    await chat.send('Are you there?');
  });

  await test.step('takes everything along', async () => {
    await goTo(desk, 'Your data');
    const download = desk.waitForEvent('download');
    await desk.getByRole('button', { name: 'Download' }).click();
    const file = await readFile(await (await download).path(), 'utf8');
    const kept = JSON.parse(file) as { message_count: number; messages: { body: string }[] };
    expect(kept.message_count).toBe(2);
    expect(kept.messages.map(({ body }) => body)).toEqual(['Hello Nina', 'Are you there?']);
    await expect(desk.getByText('The file is among your downloads.')).toBeVisible();
  });

  await test.step('blocks somebody, who is plainly refused', async () => {
    troubles.expect(refusal(403, '/api/v1/message/'));
    const chat = new Chat(desk);
    await desk.goto('/c/ben/');
    await desk.getByRole('button', { name: 'More about ben' }).click();
    await desk.getByRole('menuitem', { name: 'Block' }).click();
    await desk.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(desk.getByText('You have blocked ben.')).toBeVisible();
    await expect(chat.composer).toHaveCount(0);
    const theirs = new Chat(ben.context.pages()[0] ?? (await ben.context.newPage()));
    await theirs.composer.fill('Nina?');
    await theirs.composer.press('Enter');
    await expect(theirs.page.getByText('You cannot message this person.')).toBeVisible();
    await goTo(desk, 'Blocked people');
    await desk.getByRole('button', { name: 'Unblock ben' }).click();
    await desk.getByRole('dialog').getByRole('button', { name: 'Unblock' }).click();
    await expect(desk.getByText('You have blocked nobody.')).toBeVisible();
  });

  await test.step('deletes the account, which nobody can log in to any more', async () => {
    troubles.expect(refusal(400, '/api/v1/'));
    await goTo(desk, 'Your data');
    await desk.getByRole('button', { name: 'Delete my account' }).click();
    await desk.getByLabel('Type “nina” to confirm').fill('nino');
    await desk.getByLabel('Your password', { exact: true }).fill(secondPassword);
    await desk.getByRole('button', { name: 'Delete for good' }).click();
    await expect(desk.getByText('This is not “nina”.')).toBeVisible();
    await desk.getByLabel('Type “nina” to confirm').fill('nina');
    await desk.getByRole('button', { name: 'Delete for good' }).click();
    await expect(desk.getByText('Your account has been deleted.')).toBeVisible();
    await new LogIn(desk).as('nina', secondPassword);
    await expect(desk.getByRole('alert')).toBeVisible();
  });
});
