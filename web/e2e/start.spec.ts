import type { BrowserContext } from '@playwright/test';
import { expect, test } from './support/test.ts';

test('the chat starts with few files, and asks for each thing once', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await ada.post(ben, 'Hello');
  const asked = await requests(ben.context, async () => {
    const chat = await ben.openChat(ada);
    await chat.expectLatest('Hello');
    await expect(chat.person('ada')).toBeVisible();
  });
  const scripts = asked.filter((path) => path.endsWith('.js'));
  expect(scripts.length, scripts.join()).toBeLessThanOrEqual(8);
  const start = asked.filter((path) =>
    /^\/api\/v1\/(?:me|event|conversation|user|message)\//.test(path),
  );
  expect([...start].sort()).toEqual([...new Set(start)].sort());
  for (const path of ['/api/v1/event/', '/api/v1/me/', '/api/v1/conversation/?limit=50']) {
    expect(start).toContain(path);
  }
  // Where the event stream stands is asked for first: what happens after that, the socket tells.
  const place = (pattern: RegExp) => asked.findIndex((path) => pattern.test(path));
  expect(place(/\/event\//)).toBeLessThan(place(/\/conversation\//));
  expect(place(/\/event\//)).toBeLessThan(place(/\/message\//));
});

test('nothing of the chat is loaded to log in', async ({ page }) => {
  const asked = await requests(page.context(), async () => {
    await page.goto('/login/');
    await expect(page.getByRole('button', { name: 'Show password' })).toBeVisible();
  });
  expect(asked.filter((path) => path.startsWith('/assets/chat-'))).toEqual([]);
});

/** What the page asks for while `work` is done; what the service worker keeps for later does not count. */
async function requests(context: BrowserContext, work: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  context.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.serviceWorker() === null) asked.push(pathname + search);
  });
  await work();
  return asked;
}
