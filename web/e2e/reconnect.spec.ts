import { wholeBrowser } from './support/browser.ts';
import { backOnline } from './support/chat.ts';
import { kept } from './support/kept.ts';
import { expect, test } from './support/test.ts';
import { unreachable } from './support/troubles.ts';

test.use(wholeBrowser);

// What is lost for long is looked for at long intervals.
test.describe.configure({ timeout: 180_000 });

test('a killed server is noticed, and nothing is lost or doubled when it is back', async ({
  server,
  people,
  troubles,
}) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const other = await ben.openChat(ada);
  await chat.send('before');
  await other.expectLatest('before');

  await server.kill();
  for (const { banner } of [chat, other]) await expect(banner).toContainText('Connection lost');
  await chat.send('meanwhile 1');
  await chat.send('meanwhile 2');
  await expect(chat.message('meanwhile 1').getByTitle('Waiting to be sent')).toBeVisible();
  await expect(chat.message('meanwhile 1')).toContainText('It will be sent by itself');
  await chat.composer.fill('half a tho');

  await server.restart();
  for (const { banner } of [chat, other]) await expect(banner).toBeHidden(backOnline);
  const said = ['before', 'meanwhile 1', 'meanwhile 2'];
  await expect(other.bodies).toHaveText(said);
  await expect(chat.bodies).toHaveText(said);
  await expect(chat.message('meanwhile 2').getByTitle('Read')).toBeVisible();
  await expect(chat.composer).toHaveValue('half a tho');
  await other.send('after');
  await chat.expectLatest('after');
  expect((await ada.conversation(ben)).map(({ body }) => body)).toEqual([...said, 'after']);
});

test('a server that is stopped and started again is found by itself', async ({
  server,
  people,
  troubles,
}) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const other = await ben.openChat(ada);
  await chat.send('before');
  await other.expectLatest('before');
  await server.stop();
  for (const { banner } of [chat, other]) await expect(banner).toBeVisible();
  await server.restart();
  for (const { banner } of [chat, other]) await expect(banner).toBeHidden(backOnline);
  await other.send('after');
  await chat.expectLatest('after');
});

test('what was waiting to be sent survives a closed tab', async ({ server, people, troubles }) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await expect(chat.message('nothing yet')).toBeHidden();
  await server.kill();
  await expect(chat.banner).toBeVisible();
  await chat.send('from the grave');
  await expect(chat.message('from the grave').getByTitle('Waiting to be sent')).toBeVisible();
  await expect.poll(() => kept(chat.page, 'chatapp', 'outbox')).toHaveLength(1);
  await chat.page.close();

  await server.restart();
  const reopened = await ada.openChat(ben);
  await expect(reopened.message('from the grave').getByTitle('Sent')).toBeVisible();
  expect((await ben.conversation(ada)).map(({ body }) => body)).toEqual(['from the grave']);
});

test('a page that is opened for the first time while the server is away comes up when it is back', async ({
  people,
  troubles,
}) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  await ben.post(ada, 'welcome back');
  // The document is there, and no answer to what it asks for.
  await ada.context.route('/api/**', (route) => route.abort('connectionrefused'));
  const chat = await ada.open();
  await expect(chat.page.getByText('The server cannot be reached')).toBeVisible();
  await ada.context.unroute('/api/**');
  await expect(chat.person('ben')).toContainText('welcome back', backOnline);
});

test('messages that were missed offline appear once, in order', async ({ people, troubles }) => {
  troubles.expect(unreachable);
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const list = await ada.open();
  await chat.send('before');
  await expect(chat.message('before').getByTitle('Sent')).toBeVisible();

  await ada.context.setOffline(true);
  // A device that says it is offline may be wrong, so the page first waits for an answer.
  await expect(chat.banner).toContainText('You are offline');
  const said = ['before'];
  for (let number = 1; number <= 20; number += 1) {
    said.push(`missed ${number}`);
    await ben.post(ada, `missed ${number}`);
  }
  await chat.send('written offline');
  await expect(chat.message('written offline').getByTitle('Waiting to be sent')).toBeVisible();
  await ada.context.setOffline(false);

  said.push('written offline');
  await expect(chat.banner).toBeHidden(backOnline);
  await chat.expectLatest('written offline');
  await expect(list.person('ben')).toContainText('You: written offline');
  await expect.poll(async () => bodiesOf(await ada.conversation(ben))).toEqual(said);
  await expect
    .poll(async () => (await chat.bodies.allTextContents()).slice(-10))
    .toEqual(said.slice(-10));
});

function bodiesOf(messages: { body: string }[]): string[] {
  return messages.map(({ body }) => body);
}
