import { Admin, tooOldOnce } from './support/admin.ts';
import { Chat } from './support/chat.ts';
import { enter } from './support/keyboard.ts';
import { LogIn } from './support/log-in.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

const another = 'another horse 8 battery';

test('people are found, made, changed, thrown out and deleted', async ({
  root,
  people,
  newBrowser,
  server,
  troubles,
}) => {
  test.setTimeout(240_000);
  troubles.expect(refusal(400, '/api/v1/'), refusal(403, '/api/v1/'), /WebSocket connection/);
  const [ada, ben] = await people('ada', 'ben');
  const theirs = await ada.openChat(ben);
  const { page } = await root.open();
  const admin = new Admin(page);

  await test.step('the way there is in the menu', async () => {
    await page.getByRole('button', { name: 'Account and settings' }).click();
    await page.getByRole('menuitem', { name: 'Administration' }).click();
    await expect(page).toHaveURL('/admin/');
    await admin.goTo('People');
    await expect(admin.rows('People')).toHaveCount(3);
  });

  await test.step('search, filter and order', async () => {
    await page.getByRole('searchbox').fill('ad');
    await expect(admin.rows('People')).toHaveCount(1);
    await page.getByRole('searchbox').fill('');
    await page.getByLabel('State').selectOption('Superusers');
    await expect(admin.rows('People')).toHaveCount(1);
    await expect(admin.rows('People')).toContainText('root');
    await page.getByLabel('State').selectOption('Everybody');
    await page.getByLabel('Order').selectOption('Username, A to Z');
    await expect(admin.rows('People').first()).toContainText('ada');
    await page.reload();
    await expect(admin.rows('People').first()).toContainText('ada');
  });

  await test.step('a new person', async () => {
    await page.getByRole('button', { name: 'New person' }).click();
    await admin.dialog.getByLabel('Username').fill('ADA');
    await admin.dialog.getByLabel('Password', { exact: true }).fill(password);
    await admin.dialog.getByRole('button', { name: 'Make the account' }).click();
    await expect(admin.dialog.getByLabel('Username')).toHaveAttribute('aria-invalid', 'true');
    await admin.dialog.getByLabel('Username').fill('nina.s');
    await admin.dialog.getByRole('button', { name: 'Make the account' }).click();
    await expect(page).toHaveURL('/admin/users/nina.s/');
    await page.reload();
    await page.getByLabel('Name that is shown').fill('Nina Simone');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Nina Simone' })).toBeVisible();
  });

  await test.step('deactivated, and thrown out at once', async () => {
    await admin.openPerson('ada');
    const active = page.getByRole('switch', { name: 'May log in' });
    await admin.step(active, 'Deactivate ada?', 'Deactivate');
    await expect(theirs.page.getByText('Your session has ended.')).toBeVisible();
    await expect(active).not.toBeChecked();
    await new LogIn(theirs.page).as('ada');
    await expect(new LogIn(theirs.page).alert).toBeVisible();
    await admin.step(active, 'Let ada in again?', 'Reactivate');
    await expect(active).toBeChecked();
  });

  await test.step('another password', async () => {
    await page.getByRole('button', { name: 'Set a password' }).click();
    await admin.dialog.getByLabel('New password').fill(another);
    await admin.dialog.getByRole('button', { name: 'Set a password' }).click();
    await expect(admin.dialog).toBeHidden();
    await new LogIn(theirs.page).as('ada', another);
    await expect(theirs.composer).toBeVisible();
  });

  await test.step('all sessions ended', async () => {
    await admin.step(
      page.getByRole('button', { name: 'End all sessions' }),
      'End all sessions of ada?',
      'End all sessions',
    );
    await expect(theirs.page.getByText('Your session has ended.')).toBeVisible();
  });

  await test.step('a superuser more, and one less, but never the last', async () => {
    troubles.expect(refusal(409, '/api/v1/admin/user/root/'));
    const superuser = page.getByRole('switch', { name: 'Superuser' });
    await admin.step(superuser, 'Make ada a superuser?', 'Make superuser');
    await expect(superuser).toBeChecked();
    await admin.step(superuser, 'Take administration from ada?', 'Take it away');
    await expect(superuser).not.toBeChecked();
    await admin.openPerson('root');
    await superuser.click();
    await admin.dialog.getByRole('button', { name: 'Take it away' }).click();
    await expect(admin.dialog.getByText(/This is the last superuser/)).toBeVisible();
    await admin.dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('deleted, and known as such', async () => {
    await admin.openPerson('ada');
    const begin = page.getByRole('button', { name: 'Delete this account' });
    await admin.step(begin, 'Delete ada for good?', 'Delete for good');
    await expect(page).toHaveURL('/admin/users/');
    await page.getByLabel('State').selectOption('Deleted');
    await expect(admin.rows('People')).toHaveCount(1);
    const other = await (await newBrowser({ baseURL: server.url })).newPage();
    await other.goto('/login/');
    await new LogIn(other).as('ada', another);
    await expect(new LogIn(other).alert).toBeVisible();
  });

  await test.step('and the log knows it all', async () => {
    await admin.goTo('Log');
    for (const done of [
      'Made an account',
      'Changed an account',
      'Set a password',
      'Ended sessions',
      'Deleted an account',
    ]) {
      await expect(admin.rows('Log').filter({ hasText: done }).first()).toContainText('root');
    }
    await expect(page.getByRole('main')).not.toContainText(another);
    await page.getByLabel('What', { exact: true }).selectOption('Set a password');
    await expect(admin.rows('Log')).toHaveCount(1);
    await page.getByLabel('What', { exact: true }).selectOption('Everything');
    await page.getByLabel('Who', { exact: true }).fill('nobody');
    await expect(page.getByText('Nothing like this has been done.')).toBeVisible();
  });
});

test.describe('with a password that is soon too old', () => {
  /** Seconds, as few as there may be. */
  test.use({ settings: { CHATAPP_ADMIN_PASSWORD_AGE: '30' } });

  test('it is asked for in place, and nothing typed is lost', async ({ root, troubles }) => {
    test.setTimeout(180_000);
    troubles.expect(refusal(403, '/api/v1/'), refusal(400, '/api/v1/session/confirm/'));
    const asked = async () => (await root.api.get('/api/v1/admin/log/')).status();
    await expect.poll(asked, { timeout: 60_000 }).toBe(403);
    const { page } = await root.open('/admin/users/');
    const admin = new Admin(page);
    const field = admin.dialog.getByLabel('Your password', { exact: true });
    await field.fill('wrong');
    await admin.dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await admin.confirm(password);
    await expect(admin.rows('People')).toHaveCount(1);

    await page.getByRole('button', { name: 'New person' }).click();
    await admin.dialog.getByLabel('Username').fill('nina');
    await admin.dialog.getByLabel('Password', { exact: true }).fill(password);
    await tooOldOnce(page);
    await page.keyboard.press('Enter');
    await admin.confirm(password);
    await expect(page).toHaveURL('/admin/users/nina/');
    await expect(page.getByText('@nina')).toBeVisible();
  });
});

test('the keyboard is enough', async ({ root, people }) => {
  // What is found for a part of the name is more than what is found for all of it.
  await people('ada', 'adam', 'adamo');
  const { page } = await root.open('/admin/users/');
  const admin = new Admin(page);
  await expect(admin.rows('People')).toHaveCount(4);
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('adamo');
  await expect(admin.rows('People')).toHaveCount(1);
  await enter(page, admin.rows('People').getByRole('link'));
  await expect(page).toHaveURL('/admin/users/adamo/');
  const active = page.getByRole('switch', { name: 'May log in' });
  await active.focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('dialog', { name: 'Deactivate adamo?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(active).toBeChecked();
  await expect(new Chat(page).composer).toHaveCount(0);
});

test('a reported message is dealt with', async ({ root, people, troubles }) => {
  troubles.expect(refusal(403, '/api/v1/'), /WebSocket connection/);
  const [ada, ben] = await people('ada', 'ben');
  const { id } = await ada.post(ben, 'buy now');
  const data = { reason: 'Spam' };
  expect((await ben.api.post(`/api/v1/message/${id}/report/`, { data })).status()).toBe(201);
  const { page } = await root.open('/admin/');
  const admin = new Admin(page);
  await admin.goTo('Reports');
  const report = page.getByRole('article');
  await expect(report).toContainText('buy now');
  await expect(report).toContainText('Spam');
  await admin.step(
    report.getByRole('button', { name: 'Deactivate ada' }),
    'Deactivate ada?',
    'Deactivate',
  );
  await admin.step(
    report.getByRole('button', { name: 'Delete the message' }),
    /Delete message/,
    'Delete for good',
  );
  await expect(report).toContainText('The message has been deleted.');
  await admin.step(
    report.getByRole('button', { name: 'Close the report' }),
    'Close the report of ben?',
    'Close the report',
  );
  await expect(page.getByText('Nothing to do: no report is open.')).toBeVisible();
  await page.getByLabel('State').selectOption('Closed');
  await admin.step(
    report.getByRole('button', { name: 'Open again' }),
    'Open the report of ben again?',
    'Open again',
  );
});
