import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal, unreachable } from './support/troubles.ts';
import { choose, languages, words } from './support/words.ts';

/** What happened and what happens next, in the reader's own language, and nothing typed is lost. */
for (const language of languages) {
  test(`being offline and a session that ends are told of in ${language}`, async ({
    server,
    people,
    troubles,
  }) => {
    troubles.expect(unreachable, refusal(403, '/api/v1/'), /WebSocket connection to .* 403/);
    const t = words(language);
    const [ada] = await people('ada', 'ben');
    await choose(ada.context, language);
    const page = await ada.context.newPage();
    await page.goto('/c/ben/');
    const composer = page.getByPlaceholder(t('composer.placeholder'));
    const bodies = page.getByRole('article').getByRole('paragraph');
    await composer.fill('Before');
    await composer.press('Enter');
    await expect(page.getByTitle(t('mark.sent'))).toBeVisible();

    await ada.context.setOffline(true);
    // Once to be seen, once to be heard.
    const offline = page.getByText(t('connection.offline'));
    await expect(offline.first()).toBeVisible();
    await composer.fill('meanwhile');
    await composer.press('Enter');
    await expect(page.getByText(t('send.problem.unreachable'))).toBeVisible();
    await composer.fill('half a tho');
    await ada.context.setOffline(false);
    await expect(offline).toHaveCount(0);
    await expect(bodies).toHaveText(['Before', 'meanwhile']);
    await expect(page.getByTitle(t('mark.sent'))).toHaveCount(2);

    await server.changePassword('ada', password);
    await expect(page.getByText(t('login.ended'))).toBeVisible();
    await page.getByLabel(t('login.username')).fill('ada');
    await page.getByLabel(t('login.password'), { exact: true }).fill(password);
    await page.getByRole('button', { name: t('login.submit'), exact: true }).click();
    await expect(bodies).toHaveText(['Before', 'meanwhile']);
    await expect(composer).toHaveValue('half a tho');
  });
}
