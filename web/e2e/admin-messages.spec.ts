import { Admin } from './support/admin.ts';
import { expect, test } from './support/test.ts';

test('messages are found by person and date, and their texts stay private', async ({
  root,
  people,
}) => {
  const [ada, ben] = await people('ada', 'ben');
  await ada.postAll(ben, ['the first secret', 'the second secret']);
  const { id } = await ben.post(ada, 'an answer');
  const { page } = await root.open('/admin/messages/');
  const admin = new Admin(page);
  await expect(admin.rows('Messages')).toHaveCount(3);
  await expect(admin.rows('Messages').first()).toContainText(String(id));

  await page.getByLabel('Sender').fill('ada');
  await expect(admin.rows('Messages')).toHaveCount(2);
  const below = page.getByRole('list', { name: 'Narrow down the date' }).getByRole('button');
  for (let depth = 0; depth < 3; depth += 1) await below.first().click();
  await expect(page).toHaveURL(/sender=ada&year=\d+&month=\d+&day=\d+/);
  await expect(admin.rows('Messages')).toHaveCount(2);
  await page.getByRole('navigation', { name: 'Date' }).getByText('All dates').click();
  await page.getByLabel('Sender').fill('');
  await page.getByRole('searchbox').fill(String(id));
  await expect(admin.rows('Messages')).toHaveCount(1);

  await admin
    .rows('Messages')
    .getByRole('link', { name: String(id) })
    .click();
  await expect(page.getByText(/kept from those who administer/)).toBeVisible();
  await expect(page.getByRole('main')).not.toContainText('an answer');

  const chat = await ada.openChat(ben);
  await expect(chat.message('an answer')).toBeVisible();
  const begin = page.getByRole('button', { name: 'Delete the message' });
  await admin.step(begin, `Delete message ${id} for good?`, 'Delete for good');
  await expect(chat.message('an answer')).toHaveCount(0);
  await expect(chat.message('the first secret')).toBeVisible();
  await admin.goTo('Log');
  const entry = admin.rows('Log').filter({ hasText: 'Deleted a message' });
  await expect(entry).toContainText(String(id));
});

test.describe('where texts may be read', () => {
  test.use({ settings: { CHATAPP_ADMIN_READS_MESSAGES: 'true' } });

  test('each look is announced, and in the log', async ({ root, people }) => {
    const [ada, ben] = await people('ada', 'ben');
    const { id } = await ada.post(ben, 'the secret');
    const { page } = await root.open(`/admin/messages/${id}/`);
    const admin = new Admin(page);
    const look = page.getByRole('button', { name: 'Read the text' });
    await expect(look).toBeVisible();
    await expect(page.getByText(/is written to the log/)).toBeVisible();
    await admin.goTo('Log');
    await expect(admin.rows('Log').first()).toContainText('Made an account');
    await page.goBack();
    await look.click();
    await expect(page.getByText('the secret')).toBeVisible();
    await admin.goTo('Log');
    await expect(admin.rows('Log').first()).toContainText('Read a message');
    await expect(admin.rows('Log').first()).toContainText(String(id));
    await expect(page.getByRole('main')).not.toContainText('the secret');
  });
});

test('the overview is live', async ({ root, people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const { page } = await root.open('/admin/');
  const chart = page.getByRole('img', { name: /^People online/ });
  await expect(chart.locator('canvas')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Database and bus' })).toContainText('Working');
  await ada.openChat(ben);
  await expect(chart).toHaveAccessibleName(/People online: 2 now/);
  const { id } = await ada.post(ben, 'Hello');
  expect(id).toBeGreaterThan(0);
  const messages = page.getByRole('definition').filter({ hasText: /^1$/ });
  await expect(messages.first()).toBeVisible();
});
