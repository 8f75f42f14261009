import type { Locator } from '@playwright/test';
import { expectAccessible, few } from './support/accessible.ts';
import { Person } from './support/person.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';
import { choose, languages, words } from './support/words.ts';

test.use({ actionTimeout: 30_000, settings: { CHATAPP_ADMIN_READS_MESSAGES: 'true' } });

/** Every state of administration, as those of the chat: nothing for axe to find, and a picture of each. */
for (const language of languages) {
  test(`every state of administration is accessible in ${language}`, async ({
    server,
    newBrowser,
    troubles,
  }) => {
    test.setTimeout(600_000);
    troubles.expect(refusal(400, '/api/v1/'), refusal(403, '/api/v1/'), refusal(503, '/api/v1/'));
    troubles.expect(/^503/);
    const t = words(language);
    const secret = /password +(\S+)/.exec(await server.command(['demo']))?.[1] ?? '';
    await server.createSuperuser('root');
    const context = await newBrowser({ viewport: { width: 1100, height: 720 } });
    await choose(context, language);
    await new Person('root', context).logIn(password);
    const page = await context.newPage();
    const seen = language === 'en' ? undefined : few;
    const show = async (state: string, sign: Locator) => {
      await expect(sign.first()).toBeVisible();
      await expectAccessible(page, `${state}, ${language}`, `${language}-admin-${state}`, seen);
      await page.setViewportSize({ width: 1100, height: 720 });
    };
    const rows = page.getByRole('cell');
    const button = (key: string) => page.getByRole('button', { name: t(key), exact: true });
    const cancel = () => page.getByRole('dialog').getByRole('button', { name: t('action.cancel') });

    await page.goto('/admin/');
    await show('overview', page.locator('canvas'));
    await page.goto('/admin/users/');
    await show('people', rows);
    await page.getByRole('searchbox').fill('zzzz');
    await show('nobody', page.getByText(t('admin.users.none')));
    await button('admin.users.create').click();
    await show('new-person', page.getByRole('dialog'));
    await button('admin.users.createDo').click();
    await show('new-person-refused', page.locator('[aria-invalid="true"]'));
    await cancel().click();
    await page.goto('/admin/users/jose/');
    await show('person', page.getByRole('switch'));
    await page.getByRole('switch', { name: t('admin.user.active') }).click();
    await show('deactivate', page.getByRole('dialog'));
    await cancel().click();
    await button('admin.user.setPassword').click();
    await show('password', page.getByRole('dialog'));
    await cancel().click();

    await page.goto('/admin/messages/');
    await show('messages', rows);
    await page
      .getByRole('list', { name: t('admin.dates.below') })
      .getByRole('button')
      .first()
      .click();
    await show('messages-of-a-year', rows);
    await rows.getByRole('link').first().click();
    await show('message', button('admin.message.look'));
    await button('admin.message.look').click();
    await show('message-read', page.getByText(t('admin.message.looked')));
    await page.goto('/admin/log/');
    await show('log', rows);

    await report(new Person('jose', await newBrowser()), secret);
    await page.goto('/admin/reports/');
    await show('reports', page.getByRole('article'));
    await page.getByLabel(t('admin.reports.state')).selectOption('closed');
    await show('no-reports', page.getByText(t('admin.reports.none')));
    await page.goto('/admin/invitations/');
    await button('settings.invitations.make').click();
    await show('invitations', page.getByRole('listitem'));

    const problem = (status: number, code: string) => ({ status, json: { detail: '', code } });
    await page.route('**/api/v1/admin/**', (route) =>
      route.fulfill(problem(403, 'password_required')),
    );
    await page.goto('/admin/log/');
    await show('confirm', page.getByRole('dialog', { name: t('admin.confirm.title') }));
    await page.route('**/api/v1/admin/**', (route) => route.fulfill(problem(503, 'unavailable')));
    await page.goto('/admin/');
    await show('away', page.getByRole('alert'));
  });
}

/** What somebody was written, reported. */
async function report(person: Person, secret: string): Promise<void> {
  await person.logIn(secret);
  const answer = await person.api.get('/api/v1/message/');
  const { results } = (await answer.json()) as { results: { id: number; user: string }[] };
  const theirs = results.find(({ user }) => user !== person.username);
  const path = `/api/v1/message/${theirs?.id ?? 0}/report/`;
  const filed = await person.api.post(path, { data: { reason: 'Spam' } });
  expect(filed.status()).toBe(201);
}
