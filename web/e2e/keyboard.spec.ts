import { Chat } from './support/chat.ts';
import { enter, moveDownTo, tabTo } from './support/keyboard.ts';
import { LogIn } from './support/log-in.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

test('one logs in, writes and logs out with the keyboard alone', async ({
  server,
  page,
  troubles,
}) => {
  troubles.expect(refusal(403, '/api/v1/'));
  // Two of them, so that what is found for a part of the name is not taken for what is found for all of it.
  await server.createUsers('ada', 'ben', 'bob');
  const { keyboard } = page;
  await page.goto('/');
  const form = new LogIn(page);
  await form.expectReady();
  await expect(form.username).toBeFocused();
  await keyboard.type('ada');
  await keyboard.press('Tab');
  await expect(form.password).toBeFocused();
  await keyboard.type(password);
  await keyboard.press('Enter');

  const chat = new Chat(page);
  await expect(chat.person('ben')).toBeVisible();
  await keyboard.press('Control+k');
  await expect(chat.search).toBeFocused();
  await keyboard.type('be');
  await expect(chat.found('People').getByRole('link')).toHaveCount(1);
  await keyboard.press('Enter');
  await expect(chat.heading).toHaveText('ben');
  await expect(chat.composer).toBeFocused();
  await keyboard.type('one line');
  await keyboard.press('Shift+Enter');
  await keyboard.type('and another');
  await keyboard.press('Enter');
  await chat.expectLatest('one line\nand another');
  await expect(chat.composer).toBeFocused();
  await keyboard.press('Escape');
  await expect(page).toHaveURL('/');
  await enter(page, page.getByRole('button', { name: 'Account and settings' }));
  await expect(page.getByRole('menuitem', { name: 'Settings' })).toBeFocused();
  await keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Log out' })).toBeFocused();
  await keyboard.press('Enter');
  await expect(form.submit).toBeVisible();
});

test('arrows lead from the search into what it finds, and Escape back', async ({ people }) => {
  const [ada, ben, bert] = await people('ada', 'ben', 'bert', 'bob');
  await ben.post(ada, 'berries for all');
  await bert.post(ada, 'Where are they?');
  const chat = await ada.open();
  const { keyboard } = chat.page;
  await expect(chat.person('ben')).toBeVisible();
  await keyboard.press('/');
  await keyboard.press('ArrowDown');
  await expect(chat.person('bert')).toBeFocused();
  await keyboard.press('ArrowDown');
  await expect(chat.person('ben')).toBeFocused();
  await keyboard.press('Escape');
  await expect(chat.search).toBeFocused();

  await keyboard.type('be');
  const named = chat.found('People').getByRole('link');
  const messages = chat.found('Messages').getByRole('link');
  await expect(named).toHaveCount(2);
  await expect(messages).toHaveCount(1);
  await keyboard.press('ArrowDown');
  await expect(named.first()).toBeFocused();
  await keyboard.press('End');
  await expect(messages.first()).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect(named.last()).toBeFocused();
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(chat.message('berries for all')).toBeInViewport();
  await expect(chat.message('berries for all')).toBeFocused();
  await expect(chat.heading).toHaveText('ben');
  await keyboard.press('Control+k');
  await keyboard.press('Escape');
  await expect(chat.search).toHaveValue('');
  await expect(chat.search).toBeFocused();
  await expect(chat.conversations).toBeVisible();
});

test('what a conversation offers is reached with the keyboard', async ({ people }) => {
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  await ben.postAll(
    ada,
    Array.from({ length: 60 }, (_, index) => `message ${index}`),
  );
  await cleo.post(ada, 'Hello');
  const chat = await ada.openChat(cleo);
  const { page } = chat;
  const { keyboard } = page;
  await expect(chat.composer).toBeFocused();
  await expect(chat.person('ben')).toContainText('60 unread messages');
  await keyboard.press('Alt+ArrowDown');
  await expect(chat.heading).toHaveText('ben');
  // What has been read by now begins at its end the next time.
  await expect(chat.person('ben')).not.toContainText('unread');
  await keyboard.press('Alt+ArrowUp');
  await expect(chat.heading).toHaveText('cleo');
  await keyboard.press('Alt+ArrowDown');
  await chat.expectLatest('message 59');

  // The messages themselves.
  await expect(chat.composer).toBeFocused();
  await tabTo(page, chat.messages, 'Shift+Tab');
  const jump = page.getByRole('button', { name: 'Jump to the latest message' });
  // The older ones come while one reads.
  const pageUp = async () => {
    await keyboard.press('PageUp');
    return await chat.message('message 0').isVisible();
  };
  await expect.poll(pageUp, { intervals: [50] }).toBe(true);
  await enter(page, jump);
  await expect(chat.message('message 59')).toBeInViewport();

  // What can be done about one of them.
  await enter(page, page.getByRole('button', { name: 'More about this message' }).last());
  await expect(page.getByRole('menuitem', { name: 'Report…' })).toBeFocused();
  await keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  // What can be done about the person.
  await chat.composer.focus();
  await page.reload();
  const mute = page.getByRole('button', { name: 'Mute this conversation' });
  await enter(page, mute);
  await expect(mute).toHaveAttribute('aria-pressed', 'true');
  await enter(page, page.getByRole('button', { name: 'More about ben' }));
  await expect(page.getByRole('menuitem', { name: 'Block' })).toBeFocused();
  await keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(chat.composer).toBeVisible();
});

test('lists, menus and settings are reached with the keyboard', async ({ people }) => {
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open();
  const { page } = chat;
  const { keyboard } = page;
  await expect(chat.person('ben')).toBeVisible();
  await keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toBeVisible();
  await keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await enter(page, page.getByRole('button', { name: 'New conversation' }));
  await expect(page.getByRole('list', { name: 'Start a conversation' })).toBeVisible();

  const menu = page.getByRole('button', { name: 'Account and settings' });
  const choose = async (name: string) => {
    await enter(page, menu);
    await moveDownTo(page, name);
    await keyboard.press('Enter');
  };
  await choose('Dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  // A choice is seen before one leaves.
  await keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await choose('Settings');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();

  const sections = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
  await expect(sections.first()).toBeVisible();
  for (const name of await sections.allTextContents()) {
    await enter(page, sections.filter({ hasText: name }));
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
    await expect(sections.filter({ hasText: name })).toHaveAttribute('aria-current', 'page');
  }
  await enter(page, sections.filter({ hasText: 'Privacy' }));
  const receipts = page.getByRole('switch', { name: 'Read receipts' });
  await tabTo(page, receipts);
  await keyboard.press('Space');
  await expect(receipts).not.toBeChecked();
  await enter(page, page.getByRole('link', { name: 'Back to conversations' }));
  await expect(chat.person('ben')).toBeVisible();
});
