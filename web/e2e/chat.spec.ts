import { wholeBrowser } from './support/browser.ts';
import { Chat } from './support/chat.ts';
import { LogIn } from './support/log-in.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

test.use(wholeBrowser);

test('two people log in, find each other and talk', async ({ server, newBrowser, troubles }) => {
  troubles.expect(refusal(403, '/api/v1/'));
  await server.createUsers('ada', 'ben');
  const enter = async (username: string) => {
    const page = await (await newBrowser()).newPage();
    await page.goto('/');
    const form = new LogIn(page);
    await form.expectReady();
    await form.as(username);
    const chat = new Chat(page);
    await expect(chat.sidebar).toBeVisible();
    return chat;
  };
  const ada = await enter('ada');
  const ben = await enter('ben');

  await ada.choose('ben');
  await ada.send('Hello Ben, are you there?');
  // It reaches Ben's page at once, which says so a moment later.
  await expect(ada.message('Hello Ben').getByTitle(/^(Sent|Delivered)$/)).toBeVisible();

  await ben.person('ada').click();
  await ben.expectLatest('Hello Ben, are you there?');
  await expect(ada.message('Hello Ben').getByTitle('Read')).toBeVisible();

  await ben.send('I am.');
  await ada.expectLatest('I am.');
  await ada.send('Good.');
  await ben.expectLatest('Good.');
  const said = ['Hello Ben, are you there?', 'I am.', 'Good.'];
  await expect(ada.bodies).toHaveText(said);
  await expect(ben.bodies).toHaveText(said);
});

test('what is unread is counted in the list and in the title', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const tab = await ben.open();
  await expect(tab.page).toHaveTitle('ChatApp');

  await ada.post(ben, 'one');
  await expect(tab.person('ada')).toContainText('1 unread message');
  await expect(tab.person('ada')).toContainText('one');
  await expect(tab.page).toHaveTitle('(1) ChatApp');
  await ada.post(ben, 'two');
  await expect(tab.person('ada')).toContainText('2 unread messages');
  await expect(tab.page).toHaveTitle('(2) ChatApp');

  await tab.person('ada').click();
  await expect(tab.bodies).toHaveText(['one', 'two']);
  await expect(tab.messages.getByText('New messages')).toBeVisible();
  await expect(tab.person('ada')).not.toContainText('unread');
  await expect(tab.page).toHaveTitle('ada – ChatApp');
});

test('a message is ticked when it is sent and again when it is read', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await chat.send('Read me');
  await expect(chat.message('Read me').getByTitle('Sent')).toBeVisible();
  await ben.openChat(ada);
  await expect(chat.message('Read me').getByTitle('Read')).toBeVisible();
});

test('a reload keeps the conversation and the draft', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await chat.send('before');
  await expect(chat.message('before').getByTitle('Sent')).toBeVisible();
  await chat.composer.fill('half a tho');
  await chat.page.reload();
  await expect(chat.bodies).toHaveText(['before']);
  await expect(chat.composer).toHaveValue('half a tho');
  await chat.composer.press('Enter');
  await expect(chat.bodies).toHaveText(['before', 'half a tho']);
});

test('each conversation has a draft of its own', async ({ people }) => {
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  await ada.post(ben, 'Hello');
  await ada.post(cleo, 'Hello');
  const chat = await ada.openChat(ben);
  await chat.composer.fill('for Ben');
  await chat.person('cleo').click();
  await expect(chat.heading).toHaveText('cleo');
  await expect(chat.composer).toHaveValue('');
  await expect(chat.person('ben')).toContainText('Draft: for Ben');
  await chat.person('ben').click();
  await expect(chat.composer).toHaveValue('for Ben');
});

test('every tab of both people shows a message as it is sent', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const tabs = [
    await ada.openChat(ben),
    await ada.openChat(ben),
    await ben.openChat(ada),
    await ben.openChat(ada),
  ];
  const said: string[] = [];
  for (const [index, tab] of tabs.entries()) {
    said.push(`from tab ${index}`);
    await tab.page.bringToFront();
    await tab.send(`from tab ${index}`);
    for (const other of tabs) await expect(other.bodies).toHaveText(said);
  }
});

test('Enter sends, Shift+Enter starts a new line, and nothing is not sent', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  await chat.composer.press('Enter');
  await chat.composer.fill('  ');
  await chat.composer.press('Enter');
  await chat.composer.fill('');
  await chat.composer.pressSequentially('first line');
  await chat.composer.press('Shift+Enter');
  await chat.composer.pressSequentially('second line');
  await expect(chat.composer).toHaveValue('first line\nsecond line');
  await chat.composer.press('Enter');
  await chat.expectLatest('first line\nsecond line');
  await chat.composer.fill('by the button');
  await chat.sendButton.click();
  await chat.expectLatest('by the button');
  await expect.poll(async () => (await ada.conversation(ben)).length).toBe(2);
});

test('a note to oneself is there once', async ({ people }) => {
  const [ada] = await people('ada');
  const tabs = [await ada.openChat(ada), await ada.openChat(ada)];
  await tabs[0]!.send('Milk');
  for (const tab of tabs) await expect(tab.bodies).toHaveText(['Milk']);
  await expect(tabs[1]!.page).toHaveTitle('ada – ChatApp');
});

test('logging out ends the session in every tab', async ({ people, troubles }) => {
  troubles.expect(refusal(403, '/api/v1/'));
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const otherTab = await ada.open();
  await chat.page.bringToFront();
  await chat.composer.fill('a secret draft');
  await chat.logOut();
  await expect(chat.page).toHaveURL(/\/login\//);
  await expect(otherTab.page).toHaveURL(/\/login\//);
  expect((await ada.api.get('/api/v1/me/')).status()).toBe(403);

  await chat.page.goto('/c/ben/');
  await expect(chat.page).toHaveURL(/\/login\//);
  const left = await chat.page.evaluate(() => JSON.stringify(localStorage));
  expect(left).not.toContain('secret');
});

test('a person whose name is in another script is found and written to', async ({ people }) => {
  const [ada, liwei] = await people('ada', '李伟');
  const chat = await ada.open();
  await chat.choose('李');
  await expect(chat.heading).toHaveText('李伟');
  await chat.send('你好');
  await expect(chat.message('你好').getByTitle('Sent')).toBeVisible();
  await chat.page.reload();
  await expect(chat.bodies).toHaveText(['你好']);
  const other = await liwei.open();
  await expect(other.person('ada')).toContainText('你好');
});

test('addresses of nobody and nothing say so, and lead back', async ({ people, troubles }) => {
  troubles.expect(refusal(404, '/api/v1/user/nobody/'), refusal(404, '/no/such/place/'));
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open('/c/nobody/');
  await expect(chat.page.getByText('There is nobody called “nobody” here.')).toBeVisible();
  await expect(chat.composer).toBeHidden();
  await chat.page.goto('/no/such/place/');
  await expect(chat.page.getByText('There is nothing here')).toBeVisible();
  await chat.page.getByRole('link', { name: 'Back to your conversations' }).click();
  await expect(chat.person('ben')).toBeVisible();
});
