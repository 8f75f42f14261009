import type { Locator, Page } from '@playwright/test';
import { expectAccessible, few } from './support/accessible.ts';
import { Person } from './support/person.ts';
import { expect, test } from './support/test.ts';
import { refusal, unreachable } from './support/troubles.ts';
import { choose, languages, words } from './support/words.ts';

test.use({ actionTimeout: 30_000 });

/**
 * Every state of the chat, in every language and look: nothing for axe to find,
 * and a picture of each in `screenshots/`, for whoever wants to see them all.
 */
for (const language of languages) {
  test(`every state is accessible in ${language}`, async ({ server, newBrowser, troubles }) => {
    test.setTimeout(600_000);
    troubles.expect(
      unreachable,
      refusal(400, '/session/'),
      refusal(404, '/user/'),
      refusal(404, '/nowhere/'),
      /status of 429/,
    );
    const t = words(language);
    const secret = /password +(\S+)/.exec(await server.command(['demo']))?.[1] ?? '';
    const context = await newBrowser({ viewport: { width: 1100, height: 720 } });
    await choose(context, language);
    await context.addInitScript(() => {
      // Whether notifications may be offered is not the machine's business here.
      Object.defineProperty(Notification, 'permission', { get: () => 'default' });
    });
    const page = await context.newPage();
    const seen = language === 'en' ? undefined : few;
    const show = async (state: string, sign: Locator) => {
      await expect(sign.first()).toBeVisible();
      await expectAccessible(page, `${state}, ${language}`, `${language}-${state}`, seen);
      await page.setViewportSize({ width: 1100, height: 720 });
    };

    await page.goto('/login/');
    const submit = page.getByRole('button', { name: t('login.submit'), exact: true });
    await show('log-in', page.getByRole('button', { name: t('login.showPassword') }));
    await page.getByLabel(t('login.username')).fill('ada');
    await page.getByLabel(t('login.password'), { exact: true }).fill('wrong');
    await submit.click();
    await show('log-in-refused', page.getByText(t('login.error.wrong')));

    await new Person('ada', context).logIn(secret);
    const jose = new Person('jose', await newBrowser());
    await jose.logIn(secret);
    await page.goto('/');
    const list = page.getByRole('list', { name: t('conversations.title') });
    await show('list', list);
    await page.getByRole('button', { name: t('sidebar.new') }).click();
    await show('people', page.getByRole('heading', { name: t('people.title') }));
    await page.getByRole('button', { name: t('sidebar.newClose') }).click();

    const search = page.getByRole('searchbox');
    await search.fill('a');
    const found = page.getByRole('list', { name: t('search.messages') });
    await show('search', found.getByRole('link'));
    await found.getByRole('link').first().click();
    await show('jumped', page.getByRole('article'));
    await search.fill('zzzz');
    await show('search-nothing', page.getByText(t('search.none', { words: 'zzzz' })));
    await search.fill('');

    await page.goto('/c/jose/');
    const composer = page.getByPlaceholder(t('composer.placeholder'));
    const send = async (body: string) => {
      await composer.fill(body);
      await composer.press('Enter');
    };
    await show('conversation', page.getByRole('article'));
    await send('👍🏽');
    await send('https://example.org/ ' + 'Donaudampfschifffahrtsgesellschaft'.repeat(4));
    const offer = page.getByRole('region', { name: t('alerts.ask.label') });
    await show('offer', offer);
    await offer.getByRole('button', { name: t('alerts.ask.no') }).click();
    await page.getByRole('button', { name: t('alerts.mute') }).click();
    await show('muted', page.getByTitle(t('alerts.muted')));
    await composer.fill('x'.repeat(4_010));
    await show('too-long', page.locator('[data-over="true"]'));
    await composer.fill('');

    await page.getByRole('button', { name: t('menu.label') }).click();
    await show('menu', page.getByRole('menu'));
    // Whether the menu survives another width is the browser's affair.
    await page.goto('/c/jose/');
    await page.getByRole('region', { name: t('messages.label') }).focus();
    await page.keyboard.press('?');
    await show('shortcuts', page.getByRole('dialog'));
    await page.keyboard.press('Escape');

    await throttle(page);
    await send('in a hurry');
    await show('throttled', page.getByRole('button', { name: t('send.discard') }));
    await page.unroute('**/api/v1/message/');
    await page.getByRole('button', { name: t('send.retry') }).click();

    await page.route('**/version.json', (route) => route.fulfill({ json: { build: 'new' } }));
    await page.goto('/c/nobody-of-this-name/');
    await show('outdated-and-nobody', page.getByText(t('outdated.words')));
    await page.unroute('**/version.json');
    await page.goto('/nowhere/');
    await show('nowhere', page.getByText(t('app.notfound.title')));

    await page.goto('/c/jose/');
    await expect(page.getByRole('article').first()).toBeVisible();
    await server.kill();
    await expect(page.getByRole('button', { name: t('connection.retry') })).toBeVisible();
    await send('meanwhile');
    await show('lost', page.getByRole('button', { name: t('send.discard') }));
  });
}

/** As a server that has had enough for a while. */
async function throttle(page: Page): Promise<void> {
  await page.route('**/api/v1/message/', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 429,
          headers: { 'Retry-After': '50' },
          json: { detail: 'Request was throttled.', code: 'throttled' },
        })
      : route.continue(),
  );
}
