import type { Page } from '@playwright/test';
import type { Chat } from './support/chat.ts';
import { expect, test } from './support/test.ts';

/** A mark is in words for who listens, and in its title for who points. */
const mark = (chat: Chat, body: string, name: string) => chat.message(body).getByTitle(name);

test('a message is sent, then delivered, then read', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await chat.send('Are you there?');
  await expect(mark(chat, 'Are you there?', 'Sent')).toBeVisible();
  // Ben's page has it, and Ben does not look at the conversation.
  const other = await ben.open();
  await expect(other.person('ada')).toContainText('Are you there?');
  await expect(mark(chat, 'Are you there?', 'Delivered')).toBeVisible();
  await chat.page.reload();
  await expect(mark(chat, 'Are you there?', 'Delivered')).toBeVisible();
  await other.person('ada').click();
  await expect(mark(chat, 'Are you there?', 'Read')).toBeVisible();
});

test('what is missed offline is delivered when the device is back', async ({
  people,
  troubles,
}) => {
  troubles.expect(/net::ERR_|WebSocket/);
  const [ada, ben] = await people('ada', 'ben');
  const other = await ben.open();
  await expect(other.person('ada')).toBeVisible();
  const chat = await ada.openChat(ben);
  await ben.context.setOffline(true);
  await expect(other.banner).toBeVisible();
  await chat.send('while you were away');
  await expect(mark(chat, 'while you were away', 'Sent')).toBeVisible();
  await ben.context.setOffline(false);
  await expect(mark(chat, 'while you were away', 'Delivered')).toBeVisible();
});

for (const who of ['the sender', 'the reader'] as const) {
  test(`no receipts are seen where ${who} shares none, and again once both do`, async ({
    people,
  }) => {
    const [ada, ben] = await people('ada', 'ben');
    const shy = who === 'the sender' ? ada : ben;
    const settings = await shy.open('/settings/privacy/');
    await toggle(settings.page, 'Read receipts', false);
    const chat = await ada.openChat(ben);
    await chat.send('hidden');
    const other = await ben.openChat(ada);
    await other.expectLatest('hidden');
    await other.send('seen');
    await chat.expectLatest('seen');
    await expect(mark(chat, 'hidden', 'Sent')).toBeVisible();
    await chat.page.reload();
    await chat.expectLatest('seen');
    await expect(mark(chat, 'hidden', 'Sent')).toBeVisible();
    // The same the other way: who shows nothing sees nothing.
    await expect(mark(other, 'seen', 'Sent')).toBeVisible();
    await other.page.reload();
    await expect(mark(other, 'seen', 'Sent')).toBeVisible();

    await toggle(settings.page, 'Read receipts', true);
    await chat.page.reload();
    await other.page.reload();
    await chat.send('shown');
    await other.expectLatest('shown');
    await expect(mark(chat, 'shown', 'Read')).toBeVisible();
  });
}

test('who hides whether they are here does not see it of others', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await ada.post(ben, 'Hello');
  const chat = await ada.openChat(ben);
  const other = await ben.openChat(ada);
  const status = (one: Chat) => one.page.getByText('online', { exact: true }).last();
  await expect(status(chat)).toBeVisible();
  await expect(status(other)).toBeVisible();
  const settings = await ben.open('/settings/privacy/');
  await toggle(settings.page, 'Online and last seen', false);
  await chat.page.reload();
  await other.page.reload();
  for (const one of [chat, other]) {
    await one.expectLatest('Hello');
    await expect(one.page.getByText('offline', { exact: true }).first()).toBeVisible();
    await expect(one.page.getByText(/online|last seen/)).toHaveCount(0);
  }
  await toggle(settings.page, 'Online and last seen', true);
  await chat.page.reload();
  await other.page.reload();
  await expect(status(chat)).toBeVisible();
  await expect(status(other)).toBeVisible();
});

async function toggle(page: Page, name: string, on: boolean): Promise<void> {
  const control = page.getByRole('switch', { name });
  const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
  await control.click();
  expect((await saved).ok()).toBe(true);
  await expect(control).toBeChecked({ checked: on });
}
