import { Chat } from './support/chat.ts';
import { LogIn } from './support/log-in.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

test('a wrong password is refused in words, and the right one is let in', async ({
  server,
  page,
  troubles,
}) => {
  troubles.expect(refusal(400, '/api/v1/session/'));
  await server.createUsers('ada');
  await page.goto('/login/');
  const form = new LogIn(page);
  await form.expectReady();

  await form.submit.click();
  await expect(form.alert).toHaveText('Please enter both your username and your password.');
  await form.as('ada', 'wrong');
  await expect(form.alert).toHaveText('That username and password do not match.');
  await form.as('nobody');
  await expect(form.alert).toHaveText('That username and password do not match.');
  await expect(form.username).toHaveValue('nobody');
  await form.as(' Ada ');
  await expect(new Chat(page).sidebar).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('what is typed before the script takes over is kept', async ({ server, page }) => {
  await server.createUsers('ada');
  let release = () => Promise.resolve();
  const held = new Promise<void>((go) => {
    void page.route('**/assets/index-*.js', async (route) => {
      release = () => route.continue();
      go();
      await Promise.resolve();
    });
  });
  await page.goto('/login/', { waitUntil: 'commit' });
  await held;
  const form = new LogIn(page);
  await form.username.fill('ada');
  await form.password.pressSequentially(password.slice(0, 9));
  await release();
  await form.expectReady();
  await expect(form.password).toBeFocused();
  await page.keyboard.type(password.slice(9));
  await page.keyboard.press('Enter');
  await expect(new Chat(page).sidebar).toBeVisible();
});

test('the way to where one wanted to go leads through the log-in', async ({
  server,
  page,
  troubles,
}) => {
  troubles.expect(refusal(403, '/api/v1/'));
  await server.createUsers('ada', 'ben');
  await page.goto('/c/ben/');
  await expect(page).toHaveURL(isLogInFor('/c/ben/'));
  await new LogIn(page).expectReady();
  await new LogIn(page).as('ada');
  await expect(page).toHaveURL('/c/ben/');
  await expect(new Chat(page).heading).toHaveText('ben');
});

test('the log-in leads nowhere else', async ({ server, newBrowser }) => {
  await server.createUsers('ada');
  for (const next of [
    '//example.org/',
    'https://example.org/',
    'javascript:alert(1)',
    '/\\x.org',
  ]) {
    const page = await (await newBrowser()).newPage();
    await page.goto(`/login/?next=${encodeURIComponent(next)}`);
    await new LogIn(page).expectReady();
    await new LogIn(page).as('ada');
    await expect(new Chat(page).sidebar).toBeVisible();
    await expect(page).toHaveURL('/');
    await page.goto(`/login/?next=${encodeURIComponent(next)}`);
    await expect(page).toHaveURL('/');
  }
});

test('who is logged in is not asked again', async ({ people }) => {
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open('/login/?next=/c/ben/');
  await expect(chat.page).toHaveURL('/c/ben/');
  await expect(chat.heading).toHaveText('ben');
});

test('a session that ends on the server says so, and goes on where it was', async ({
  server,
  people,
  troubles,
}) => {
  troubles.expect(refusal(403, '/api/v1/'), /WebSocket connection to .* 403/);
  const [ada] = await people('ada', 'ben');
  const chat = await ada.openChat('ben');
  await chat.send('Before');
  await chat.composer.fill('half a tho');
  await server.changePassword('ada', 'another battery 8');

  const form = new LogIn(chat.page);
  await expect(chat.page.getByText('Your session has ended.')).toBeVisible();
  await expect(chat.page).toHaveURL(isLogInFor('/c/ben/'));
  await form.as('ada', 'another battery 8');
  await expect(chat.bodies).toHaveText(['Before']);
  await expect(chat.composer).toHaveValue('half a tho');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the form logs in', async ({ server, page }) => {
    await server.createUsers('ada', 'ben');
    await page.goto('/c/ben/');
    const form = new LogIn(page);
    await expect(form.submit).toBeVisible();
    const post = (secret?: string) =>
      Promise.all([
        page.waitForResponse((answer) => answer.request().method() === 'POST'),
        form.as('ada', secret),
      ]);

    const [refused] = await post('wrong');
    expect(refused.status()).toBe(200);
    await expect(form.alert).toContainText('correct username and password');
    await expect(form.username).toHaveValue('ada');

    const [accepted] = await post();
    expect(accepted.status()).toBe(302);
    await expect(page).toHaveURL('/c/ben/');
    const me = await page.context().request.get('/api/v1/me/');
    expect(await me.json()).toMatchObject({ username: 'ada' });
  });
});

function isLogInFor(next: string) {
  return (url: URL) => url.pathname === '/login/' && url.searchParams.get('next') === next;
}
