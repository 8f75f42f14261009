import { Admin, tooOldOnce } from './support/admin.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

test('for whoever is no superuser there is nothing', async ({ people, troubles }) => {
  troubles.expect(refusal(404, '/'));
  const [ada] = await people('ada');
  const page = await ada.context.newPage();
  for (const path of ['/admin/', '/admin/users/ada/', '/nowhere/']) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByText('There is nothing here')).toBeVisible();
  }
  expect((await ada.api.get('/api/v1/admin/user/')).status()).toBe(404);
  const chat = await ada.open();
  await chat.page.getByRole('button', { name: 'Account and settings' }).click();
  await expect(chat.page.getByRole('menuitem', { name: 'Settings' })).toBeVisible();
  await expect(chat.page.getByRole('menuitem', { name: 'Administration' })).toHaveCount(0);
});

test('who does not want to give the password is told so, and asked again', async ({
  root,
  troubles,
}) => {
  troubles.expect(refusal(403, '/api/v1/'));
  const page = await root.context.newPage();
  await tooOldOnce(page);
  await page.goto('/admin/log/');
  const admin = new Admin(page);
  await admin.dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/needs your password once more/)).toBeVisible();
  await tooOldOnce(page);
  await page.getByRole('button', { name: 'Try again' }).click();
  await admin.confirm(password);
  // The command line made the account that looks.
  await expect(page.getByRole('table', { name: 'Log' })).toContainText('Made an account');
});

test('invitations are made here', async ({ root }) => {
  const { page } = await root.open('/admin/invitations/');
  const admin = new Admin(page);
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  await expect(page.getByRole('textbox', { name: 'Invitation link' })).toHaveValue(/^http/);
  await admin.step(
    page.getByRole('button', { name: /^Withdraw the invitation/ }),
    'Withdraw this invitation?',
    'Withdraw',
  );
  await expect(page.getByText('There are no invitations yet.')).toBeVisible();
});
