import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { tabTo } from './support/keyboard.ts';
import { LogIn } from './support/log-in.ts';
import { expect, test } from './support/test.ts';
import { refusal, unreachable } from './support/troubles.ts';

test('the log-in is accessible', async ({ server, page, troubles }) => {
  troubles.expect(refusal(400, '/api/v1/session/'));
  await server.createUsers('ada');
  await page.goto('/login/');
  const form = new LogIn(page);
  await form.expectReady();
  await expectAccessible(page, 'the log-in');
  await form.as('ada', 'wrong');
  await expect(form.alert).toBeVisible();
  await expectAccessible(page, 'a refused log-in');
});

test('the log-in is accessible without script', async ({ page }) => {
  // Axe is a script itself, so only the page's own are kept away.
  await page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript' }));
  await page.goto('/login/');
  await expect(new LogIn(page).submit).toBeVisible();
  await expectAccessible(page, 'the log-in without script');
});

test('an empty list and a search are accessible', async ({ people }) => {
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open();
  await expect(chat.person('ben')).toBeVisible();
  await expectAccessible(chat.page, 'the list of people');
  await chat.search.fill('nobody');
  await expect(chat.page.getByText('Nobody is called “nobody”')).toBeVisible();
  await expectAccessible(chat.page, 'a search without an answer');
});

test('a conversation is accessible', async ({ people, server, troubles }) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await expect(chat.person('ben')).toBeVisible();
  await expectAccessible(chat.page, 'a conversation without messages');
  await chat.send('Hello, see https://example.org/');
  await ben.post(ada, 'مرحبا');
  await chat.expectLatest('مرحبا');
  await expectAccessible(chat.page, 'a conversation');
  await server.kill();
  await expect(chat.banner).toBeVisible();
  await chat.send('meanwhile');
  await expect(chat.page.getByRole('button', { name: 'Send again' })).toBeVisible();
  await expectAccessible(chat.page, 'a lost connection');
});

test('the menu and the list of shortcuts are accessible', async ({ people }) => {
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open();
  await expect(chat.person('ben')).toBeVisible();
  await chat.page.getByRole('button', { name: 'Account and settings' }).click();
  await expect(chat.page.getByRole('menu')).toBeVisible();
  await expectAccessible(chat.page, 'the menu');
  await chat.page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  await expect(chat.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(chat.page, 'the list of shortcuts');
});

test('on a telephone the keyboard leads back to the list', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await ben.post(ada, 'Hello');
  const chat = await ada.open();
  await chat.page.setViewportSize({ width: 320, height: 640 });
  await tabTo(chat.page, chat.person('ben'));
  await chat.page.keyboard.press('Enter');
  await chat.expectLatest('Hello');
  await expect(chat.sidebar).toBeHidden();
  await tabTo(chat.page, chat.page.getByRole('link', { name: 'Back to conversations' }));
  await chat.page.keyboard.press('Enter');
  await expect(chat.person('ben')).toBeVisible();
  await expect(chat.composer).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the focus is seen wherever it goes, when it is ${colorScheme}`, async ({ people }) => {
    const [ada, ben] = await people('ada', 'ben');
    await ben.post(ada, 'See https://example.org/');
    const chat = await ada.openChat(ben);
    const { page } = chat;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await chat.expectLatest('See https://example.org/');
    await chat.composer.fill('to send');
    await page.keyboard.press('Tab');
    const stops: string[] = [];
    for (let stop = await focusedElement(page); stop; stop = await focusedElement(page)) {
      const name = await stop.evaluate((node) => node.ariaLabel ?? node.textContent);
      stops.push(name);
      const withFocus = await page.screenshot({ animations: 'disabled' });
      await stop.evaluate((node) => node.blur());
      const without = await page.screenshot({ animations: 'disabled' });
      expect.soft(withFocus.equals(without), `the focus cannot be seen on “${name}”`).toBe(false);
      await stop.focus();
      await page.keyboard.press('Shift+Tab');
      if (stops.length > 40) break;
    }
    expect(stops.length, stops.join()).toBeGreaterThanOrEqual(8);
  });
}

/** `null` when the focus has left the page. */
async function focusedElement(page: Page) {
  const active = await page.evaluateHandle(() => document.activeElement as HTMLElement);
  const inPage = await active.evaluate((element) => element !== document.body);
  return inPage ? active.asElement() : null;
}
