import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/test.ts';

test.use({ settings: { CHATAPP_SIGN_UP: 'open' } });

/** The pages of whoever has no session, as those of the chat: nothing for axe to find, in every language and look. */
for (const locale of ['en-US', 'es-ES', 'ar']) {
  test(`the pages of accounts are accessible, in ${locale}`, async ({ server, newBrowser }) => {
    test.slow();
    const page = await (await newBrowser({ locale, baseURL: server.url })).newPage();
    await page.goto('/account/first/');
    await expect(page.locator('[name=code]')).toBeVisible();
    await expectAccessible(page, 'the first account');
    await server.createUsers('ada');
    await page.goto('/account/sign-up/');
    await page.locator('[name=username]').fill('ada');
    await page.locator('[name=password]').fill('12345678');
    await expect(page.locator('[aria-invalid=true]')).toHaveCount(2);
    await expectAccessible(page, 'signing up');
    for (const path of [
      '/account/confirm/#x',
      '/email/confirm/',
      '/password/forgot/',
      '/password/reset/#x',
    ]) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(page, path);
    }
  });
}
