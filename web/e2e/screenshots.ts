import { join } from 'node:path';
import type { BrowserContextOptions } from '@playwright/test';
import { Person } from './support/person.ts';
import { expect, test } from './support/test.ts';

const pictures = [
  { name: 'chat-light', peer: 'jose', width: 1160, height: 720, colorScheme: 'light' },
  { name: 'chat-dark', peer: 'noa', width: 1160, height: 720, colorScheme: 'dark' },
  { name: 'chat-phone', peer: 'amira', width: 390, height: 780, colorScheme: 'light' },
] as const;

for (const { name, peer, width, height, colorScheme } of pictures) {
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
    const chat = await ada.openChat(peer);
    await expect(chat.bodies.last()).toBeInViewport();
    await other.composer.pressSequentially('…');
    await expect(chat.page.getByText('typing…').last()).toBeVisible();
    await chat.page.screenshot({
      path: join(import.meta.dirname, '../../docs/images', `${name}.png`),
      animations: 'disabled',
    });
  });
}
