import { payloads } from './support/payloads.ts';
import { expect, test } from './support/test.ts';

// That nothing runs, and that no policy has to stop it, is for every test's troubles to see.
const markup =
  'script:not([src]), img[onerror], svg[onload], iframe, object, embed, style:not([nonce]), base';

test('whatever is written is text', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const before = await chat.page.locator(markup).count();
  for (const body of payloads) {
    await ben.post(ada, body);
    await chat.expectLatest(body);
  }
  await expect(chat.page.locator(markup)).toHaveCount(before);
  await expect(chat.messages.locator('a:not([href^="http"])')).toHaveCount(0);
  await expect(chat.messages.locator('[onerror], [onload], [onmouseover], [onclick]')).toHaveCount(
    0,
  );
});

test('whatever is searched for is text', async ({ people }) => {
  const [ada] = await people('ada');
  const { page, search } = await ada.open();
  const before = await page.locator(markup).count();
  for (const words of payloads) await search.fill(words);
  await expect(search).toHaveValue(payloads.at(-1) ?? '');
  await expect(page.locator(markup)).toHaveCount(before);
});

test('whatever is in the address is text', async ({ people }) => {
  const [ada] = await people('ada');
  const { page } = await ada.open();
  for (const word of payloads.filter((_, index) => index % 4 === 0)) {
    const answer = await page.goto(`/login/?next=${encodeURIComponent(word)}`);
    expect(answer?.status()).toBeLessThan(500);
    await expect(page.locator('iframe, object, embed, base')).toHaveCount(0);
  }
  await expect(page).not.toHaveURL(/evil\.example/);
});
