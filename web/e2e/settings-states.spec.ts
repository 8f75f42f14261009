import type { Locator } from '@playwright/test';
import { expectAccessible, few } from './support/accessible.ts';
import { Person } from './support/person.ts';
import { expectRest } from './support/scrolling.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';
import { choose, languages, words } from './support/words.ts';

test.use({ actionTimeout: 30_000 });

const sections = [
  'profile',
  'email',
  'password',
  'sessions',
  'tokens',
  'privacy',
  'blocked',
  'data',
];

/** The same as for the chat: every section of the settings and every dialog, in every language and look. */
for (const language of languages) {
  test(`the settings and all dialogs are accessible in ${language}`, async ({
    server,
    newBrowser,
    troubles,
  }) => {
    test.setTimeout(600_000);
    troubles.expect(refusal(400, '/me/'), refusal(404, '/avatar/'));
    const t = words(language);
    const secret = /password +(\S+)/.exec(await server.command(['demo']))?.[1] ?? '';
    const context = await newBrowser({ viewport: { width: 1100, height: 720 } });
    await choose(context, language);
    await new Person('ada', await newBrowser()).logIn(secret);
    await new Person('ada', context).logIn(secret);
    const page = await context.newPage();
    const show = async (state: string, sign: Locator) => {
      await expect(sign.first()).toBeVisible();
      const seen = language === 'en' ? undefined : few;
      await expectAccessible(page, `${state}, ${language}`, `${language}-settings-${state}`, seen);
      await page.setViewportSize({ width: 1100, height: 720 });
    };
    const button = (key: string) => page.getByRole('button', { name: t(key), exact: true });
    const dialog = page.getByRole('dialog');
    const cancel = () => dialog.getByRole('button', { name: t('action.cancel') }).click();

    for (const section of sections) {
      await page.goto(`/settings/${section}/`);
      await show(section, page.getByRole('main').getByRole('heading'));
    }
    await page.goto('/settings/');
    await show('list', page.getByRole('navigation', { name: t('settings.title') }));

    await page.goto('/settings/profile/');
    const buffer = await page.screenshot();
    const file = { name: 'me.png', mimeType: 'image/png', buffer };
    await page.locator('input[type=file]').setInputFiles(file);
    await show('crop', dialog.getByRole('img'));
    await button('settings.crop.use').click();
    await expect(dialog).toBeHidden();
    await button('settings.picture.remove').click();
    await show('picture-remove', dialog);
    await cancel();

    await page.goto('/settings/password/');
    await button('settings.password.submit').click();
    await show('password-refused', page.locator('[aria-invalid="true"]'));

    await page.goto('/settings/sessions/');
    await button('settings.sessions.endOthers').click();
    await show('sessions-end', dialog);
    await cancel();

    await page.goto('/settings/tokens/');
    await button('settings.tokens.new').click();
    await show('token-new', dialog.getByRole('radio'));
    await dialog.getByRole('textbox').first().fill('backup');
    await button('settings.tokens.make').click();
    await show('token-made', page.getByText(t('settings.tokens.once')));
    await button('settings.tokens.kept').click();
    await show('tokens-some', button('settings.tokens.new'));
    await page
      .getByRole('button', { name: t('settings.tokens.revokeOf', { name: 'backup' }) })
      .click();
    await show('token-revoke', dialog);
    await cancel();

    await page.goto('/settings/data/');
    await button('settings.delete.start').click();
    await show('delete', dialog);
    await button('settings.delete.submit').click();
    await show('delete-refused', dialog.locator('[aria-invalid="true"]'));
    await cancel();

    const openMessageMenu = async () => {
      // The rows of a page that has just opened may still change places, and take their menu with them.
      await expectRest(page.getByRole('region', { name: t('messages.label') }));
      await page.getByRole('article').last().hover();
      await page
        .getByRole('button', { name: t('report.menu') })
        .last()
        .click();
      await expect(page.getByRole('menu')).toBeVisible();
    };
    await page.goto('/c/jose/');
    await openMessageMenu();
    await show('message-menu', page.getByRole('menu'));
    // Whether a menu survives another width is the browser's affair.
    await page.goto('/c/jose/');
    await openMessageMenu();
    await page.getByRole('menuitem', { name: t('report.action') }).click();
    await show('report', dialog);
    await button('reporting.submit').click();
    await show('report-done', page.getByText(t('reporting.done')));
    await dialog
      .getByRole('button', { name: t('action.close') })
      .last()
      .click();
    await page.locator('section header [aria-haspopup=menu]').click();
    await page.getByRole('menuitem', { name: t('block.action') }).click();
    await show('block', dialog);
    await dialog.getByRole('button', { name: t('block.action'), exact: true }).click();
    await expect(dialog).toBeHidden();
    await page.goto('/c/jose/');
    await show('block-notice', button('block.undo'));
    await page.goto('/settings/blocked/');
    await show('blocked-some', page.getByRole('list'));
  });
}
