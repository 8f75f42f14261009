import type { Page } from '@playwright/test';
import { Chat } from './support/chat.ts';
import { LogIn } from './support/log-in.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

const address = 'nina@example.org';

/** The fields of whoever wants an account. */
function fields(page: Page) {
  return {
    username: page.getByLabel('Username'),
    email: page.getByLabel(/^E-mail address/),
    password: page.getByLabel('Password', { exact: true }),
  };
}

async function fillIn(page: Page, username: string): Promise<void> {
  const { username: name, email, password: secret } = fields(page);
  await name.fill(username);
  await email.fill(address);
  await secret.fill(password);
}

test.describe('where everyone may sign up', () => {
  test.use({ settings: { CHATAPP_SIGN_UP: 'open' } });

  test('somebody signs up, is told at once what cannot be, confirms and logs in', async ({
    server,
    page,
  }) => {
    await server.createUsers('ada');
    await page.goto('/login/');
    await page.getByRole('link', { name: 'Create an account' }).click();
    const { username, email, password: secret } = fields(page);

    await username.fill('ada');
    await expect(page.getByText('Somebody has this name already.')).toBeVisible();
    await expect(username).toHaveAttribute('aria-invalid', 'true');
    await username.fill('adа');
    await expect(page.getByText('Use letters from a to z')).toBeVisible();
    await username.fill('nina');
    await expect(page.getByText('This name is free.')).toBeVisible();
    await email.fill('nina@');
    await secret.fill('1234567890');
    await expect(page.getByText('This does not look like an e-mail address.')).toBeVisible();
    await expect(page.getByText('Use more than digits.')).toBeVisible();
    const rule = (words: string) => page.getByRole('listitem').filter({ hasText: words });
    await expect(rule('At least 8 characters')).toContainText('(done)');
    await expect(rule('Not only digits')).toContainText('(not yet)');

    await fillIn(page, 'nina');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();

    await page.goto(await server.mailbox(address).link('/account/confirm/'));
    await page.getByRole('button', { name: 'Confirm the account' }).click();
    await expect(page.getByText('Your account “nina” is ready.')).toBeVisible();
    expect(new URL(page.url()).hash, 'the used token is not left behind').toBe('');
    await page.getByRole('link', { name: 'Log in' }).click();
    await new LogIn(page).as('nina');
    await expect(new Chat(page).person('ada')).toBeVisible();
  });

  test('what was typed stays when the server is away, and is sent when it is back', async ({
    server,
    page,
    troubles,
  }) => {
    troubles.expect(/net::ERR_/);
    await server.createUsers('ada');
    await page.goto('/account/sign-up/');
    await fillIn(page, 'nina');
    await expect(page.getByText('This name is free.')).toBeVisible();
    await server.kill();
    const submit = page.getByRole('button', { name: 'Create the account' });
    await submit.click();
    await expect(page.getByRole('alert')).toContainText('The server cannot be reached.');
    await expect(fields(page).email).toHaveValue(address);
    await server.restart();
    await submit.click();
    await expect(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
  });

  test('an empty form says what is missing, and leads there', async ({
    server,
    page,
    troubles,
  }) => {
    troubles.expect(refusal(400, '/api/v1/account/'));
    await server.createUsers('ada');
    await page.goto('/account/sign-up/');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(page.getByText('Please fill this in.')).toHaveCount(3);
    await expect(fields(page).username).toBeFocused();
  });
});

test.describe('where one has to be invited', () => {
  test.use({ settings: { CHATAPP_SIGN_UP: 'invite' } });

  test('the link of an invitation is good for one account', async ({ server, page, troubles }) => {
    troubles.expect(refusal(400, '/api/v1/account/'));
    await server.createUsers('ada');
    const link = /http\S+\/account\/sign-up\/#[\w-]+/.exec(await server.command(['invite']))?.[0];
    await page.goto('/account/sign-up/');
    await fillIn(page, 'nina');
    await page.getByLabel('Invitation').fill('made-up');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(page.getByText('This invitation is not valid')).toBeVisible();
    await expect(page.getByLabel('Invitation')).toBeFocused();

    await page.goto(link ?? '');
    await expect(page.getByText('You are invited')).toBeVisible();
    await fillIn(page, 'nina');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.goto(await server.mailbox(address).link('/account/confirm/'));
    await page.getByRole('button', { name: 'Confirm the account' }).click();
    await expect(page.getByText('Your account “nina” is ready.')).toBeVisible();
  });
});

test('where nobody may sign up, the page says so', async ({ server, page }) => {
  await server.createUsers('ada');
  await page.goto('/login/');
  await expect(page.getByRole('link', { name: 'Forgot your password?' })).toBeVisible();
  await expect(page.getByRole('link', { name: /account|invitation/ })).toHaveCount(0);
  await page.goto('/account/sign-up/');
  await expect(page.getByRole('heading', { name: 'Nobody can sign up here' })).toBeVisible();
});

test('the first account is made with the code on the console', async ({
  server,
  page,
  troubles,
}) => {
  troubles.expect(refusal(400, '/api/v1/account/first/'), refusal(403, '/api/v1/'));
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Welcome to your ChatApp' })).toBeVisible();
  await fillIn(page, 'nina');
  const code = page.getByLabel('Code from the console');
  await code.fill('AAAA-BBBB-CCCC');
  await page.getByRole('button', { name: 'Make the first account' }).click();
  await expect(page.getByText('This is not the code')).toBeVisible();
  await expect(code).toBeFocused();
  await code.fill(/code (\S+)/.exec(server.printed)?.[1] ?? '');
  await page.getByRole('button', { name: 'Make the first account' }).click();
  await expect(page.getByText('Nobody else is here yet.')).toBeVisible();
  await page.goto('/account/first/');
  await expect(page.getByText('The first account has been made already.')).toBeVisible();
});

test('a forgotten password is replaced by mail, once', async ({ server, page, troubles }) => {
  troubles.expect(refusal(400, '/api/v1/password/reset/'));
  const user = ['createuser', '--noinput', '--username', 'nina', '--email', address];
  await server.command(user, password);
  await page.goto('/login/');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('If there is an account with this address')).toBeVisible();

  const link = await server.mailbox(address).link('/password/reset/');
  await page.goto(link);
  const secret = page.getByLabel('New password');
  await secret.fill('short');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('This is too short')).toBeVisible();
  await secret.fill('another horse 8 battery');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('link', { name: 'Log in' }).click();
  await new LogIn(page).as('nina', 'another horse 8 battery');
  await expect(page.getByText('Nobody else is here yet.')).toBeVisible();

  await page.goto(link);
  await secret.fill('a third horse 9 battery');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
});

test('too many tries are answered with how long to wait', async ({ page, server, troubles }) => {
  troubles.expect(refusal(429, '/api/v1/password/forgot/'));
  await server.createUsers('ada');
  await page.route('**/api/v1/password/forgot/', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'Retry-After': '240' },
      json: { detail: 'Request was throttled.', code: 'throttled' },
    }),
  );
  await page.goto('/password/forgot/');
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByRole('alert')).toContainText('Please wait 4 minutes');
  await expect(page.getByLabel('E-mail address')).toHaveValue(address);
});
