import type { Page } from '@playwright/test';
import { wholeBrowser } from './support/browser.ts';
import { backOnline } from './support/chat.ts';
import { kept } from './support/kept.ts';
import { LogIn } from './support/log-in.ts';
import { expect, test } from './support/test.ts';
import { refusal, unreachable } from './support/troubles.ts';

test.use(wholeBrowser);

// What is lost for long is looked for at long intervals.
test.describe.configure({ timeout: 180_000 });

test('the page opens without a server, shows what it has, and catches up', async ({
  server,
  people,
  troubles,
}) => {
  troubles.expect(unreachable);
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  await ada.postAll(ben, ['one', 'two']);
  await cleo.post(ada, 'from Cleo');
  const chat = await ada.openChat(ben);
  await expect(chat.bodies).toHaveText(['one', 'two']);
  await expectKept(chat.page, 'ben');

  await server.kill();
  await chat.page.reload();
  await expect(chat.person('ben')).toContainText('two');
  await expect(chat.bodies).toHaveText(['one', 'two']);
  await expect(chat.banner).toBeVisible();
  await chat.send('written without a server');
  await chat.person('cleo').click();
  await expect(chat.bodies).toHaveText(['from Cleo']);

  await server.restart();
  await expect(chat.banner).toBeHidden(backOnline);
  await chat.person('ben').click();
  const said = ['one', 'two', 'written without a server'];
  await expect(chat.bodies).toHaveText(said);
  await expect(chat.message('written without a server').getByTitle('Sent')).toBeVisible();
  expect((await ben.conversation(ada)).map(({ body }) => body)).toEqual(said);
});

test('after logging out nothing is left to be opened', async ({ server, people, troubles }) => {
  troubles.expect(unreachable);
  // What was being asked for at that moment is refused.
  troubles.expect(refusal(403, '/api/v1/'));
  const [ada, ben] = await people('ada', 'ben');
  await ben.post(ada, 'for Ada only');
  const chat = await ada.openChat(ben);
  await expect(chat.bodies).toHaveText(['for Ada only']);
  await expectKept(chat.page, 'ben');
  await chat.logOut();
  await expect(chat.page).toHaveURL(/\/login\//);
  await new LogIn(chat.page).expectReady();
  await server.kill();
  const gone = await chat.page.goto('/c/ben/').catch(() => null);
  expect(gone).toBeNull();
  await expect(chat.page.getByText('for Ada only')).toHaveCount(0);
});

test('logging out forgets the person, and keeps what was chosen for the device', async ({
  people,
  troubles,
}) => {
  // What was being asked for when the session ended.
  troubles.expect(refusal(403, '/api/v1/'));
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const { page } = chat;
  await chat.send('Hello');
  await chat.composer.fill('a draft');
  await page.getByRole('button', { name: 'Mute this conversation' }).click();
  // The menu stays open while one chooses.
  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Sound' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await page.getByRole('menuitemradio', { name: 'Español' }).click();
  await page.getByRole('menuitem', { name: 'Cerrar sesión' }).click();
  await expect(page.getByLabel('Nombre de usuario')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Nombre de usuario')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const kept = await page.evaluate(() => Object.keys(localStorage).sort());
  expect(
    kept.filter((key) => !/^chatapp\.(theme|language|sound|notifications(\.asked)?)$/.test(key)),
  ).toEqual([]);
  expect(kept).toContain('chatapp.sound');
});

test('a page that is older than the server says so, and loses nothing', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await ada.context.route('**/version.json', (route) => route.fulfill({ json: { build: 'new' } }));
  const chat = await ada.openChat(ben);
  await expect(chat.page.getByText('ChatApp has been updated on the server')).toBeVisible();
  await chat.composer.fill('half a tho');
  await ada.context.unroute('**/version.json');
  await chat.page.getByRole('button', { name: 'Reload the page' }).click();
  await expect(chat.page.getByText('ChatApp has been updated')).toBeHidden();
  await expect(chat.composer).toHaveValue('half a tho');
});

test('where no WebSocket is let through, messages come all the same', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await ada.context.routeWebSocket(/\/ws/, (socket) => socket.close());
  const chat = await ada.openChat(ben);
  await expect(chat.banner).toBeHidden();
  for (const body of ['one', 'two', 'three']) {
    await ben.post(ada, body);
    await chat.expectLatest(body);
  }
  await chat.send('and back');
  await expect(chat.message('and back').getByTitle('Sent')).toBeVisible();
});

/** The files of the page, and what it shows of a conversation, are on the device. */
async function expectKept(page: Page, peer: string): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  const names = async () => (await kept(page, 'chatapp-snapshots', 'kept')).flat();
  const shown = ['conversations', `messages ${peer}`];
  await expect.poll(names).toEqual(expect.arrayContaining(shown));
}
