import { join } from 'node:path';
import type { BrowserContextOptions } from '@playwright/test';
import { Person } from './support/person.ts';
import { expect, test } from './support/test.ts';
import { choose, words } from './support/words.ts';

const pictures = [
  {
    name: 'chat-light',
    peer: 'jose',
    width: 1160,
    height: 720,
    colorScheme: 'light',
    language: 'en',
  },
  { name: 'chat-dark', peer: 'noa', width: 1160, height: 720, colorScheme: 'dark', language: 'en' },
  {
    name: 'chat-phone',
    peer: 'amira',
    width: 390,
    height: 780,
    colorScheme: 'light',
    language: 'en',
  },
  {
    name: 'chat-arabic',
    peer: 'amira',
    width: 1160,
    height: 720,
    colorScheme: 'light',
    language: 'ar',
  },
] as const;

for (const { name, peer, width, height, colorScheme, language } of pictures) {
  test(name, async ({ server, newBrowser }) => {
    const told = await server.command(['demo']);
    const password = /password +(\S+)/.exec(told)?.[1];
    const enter = async (username: string, options?: BrowserContextOptions) => {
      const person = new Person(username, await newBrowser(options));
      await person.logIn(password);
      return person;
    };
    // Some are there, and the peer is just writing.
    await (await enter('eleni')).open();
    await (await enter('yuki')).open();
    const other = await (await enter(peer)).openChat('ada');

    const ada = await enter('ada', { viewport: { width, height }, colorScheme });
    await choose(ada.context, language);
    const { page } = await ada.open(`/c/${peer}/`);
    await expect(page.getByRole('article').last()).toBeInViewport();
    await other.composer.pressSequentially('…');
    await expect(page.getByText(words(language)('presence.typing')).last()).toBeVisible();
    await page.screenshot({
      path: join(import.meta.dirname, '../../docs/images', `${name}.png`),
      animations: 'disabled',
    });
  });
}

test('admin-overview', async ({ server, newBrowser }) => {
  test.setTimeout(180_000);
  const secret = /password +(\S+)/.exec(await server.command(['demo']))?.[1];
  const enter = async (username: string, options?: BrowserContextOptions) => {
    const person = new Person(username, await newBrowser(options));
    await person.logIn(secret);
    return person;
  };
  const jose = await enter('jose');
  for (const name of ['eleni', 'yuki', 'noa']) await (await enter(name)).open();
  await jose.openChat('ada');
  const ada = await enter('ada', { viewport: { width: 1160, height: 720 } });
  const { page } = await ada.open('/admin/');
  // Something to draw: more and less, for as long as a chart needs to have a shape.
  for (let look = 0; look < 30; look += 1) {
    const answered = page.waitForResponse('**/api/v1/admin/status/');
    const count = Math.round(9 + 8 * Math.sin(look / 4));
    for (let sent = 0; sent < count; sent += 1) await jose.postTo('ada', `message ${look}.${sent}`);
    await answered;
  }
  await page.screenshot({
    path: join(import.meta.dirname, '../../docs/images/admin-overview.png'),
    animations: 'disabled',
  });
});
