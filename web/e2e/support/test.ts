import {
  test as base,
  expect,
  type BrowserContext,
  type BrowserContextOptions,
} from '@playwright/test';
import type { Engine } from './database.ts';
import { Person } from './person.ts';
import { Server, type Settings } from './server.ts';
import { Troubles } from './troubles.ts';

export { expect };

export interface ServerOptions {
  engine: Engine;
}

interface Fixtures {
  /** What this test's server is told besides. */
  settings: Settings;
  /** This test's own; nobody else is on it. */
  server: Server;
  /** Fails the test, at its end, for what went wrong unseen. */
  troubles: Troubles;
  /** Opens a browser with nothing in it. */
  newBrowser: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** Somebody who may administer, with a browser of their own that is logged in. */
  root: Person;
  /** Makes people, each with a browser of their own that is logged in. */
  people: <Names extends string[]>(...names: Names) => Promise<{ [Name in keyof Names]: Person }>;
}

export const test = base.extend<Fixtures, ServerOptions>({
  engine: ['sqlite', { option: true, scope: 'worker' }],

  settings: [{}, { option: true }],

  server: async ({ engine, settings }, provide, info) => {
    const server = await Server.start(engine, settings);
    await provide(server);
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log });
    await server.remove();
  },

  baseURL: async ({ server }, provide) => {
    await provide(server.url);
  },

  troubles: async ({ server }, provide) => {
    const troubles = new Troubles();
    await provide(troubles);
    expect.soft(server.log, 'the server complains of nothing').not.toMatch(/ERROR|panicked/);
    expect(troubles.unexpected(), 'nothing goes wrong unseen').toEqual([]);
  },

  context: async ({ context, troubles }, provide) => {
    troubles.watch(context);
    await provide(context);
  },

  newBrowser: async ({ browser, troubles }, provide) => {
    const opened: BrowserContext[] = [];
    await provide(async (options) => {
      const context = await browser.newContext(options);
      opened.push(context);
      troubles.watch(context);
      return context;
    });
    for (const context of opened) await context.close();
  },

  root: async ({ server, newBrowser }, provide) => {
    await server.createSuperuser('root');
    const root = new Person('root', await newBrowser());
    await root.logIn();
    await provide(root);
  },

  people: async ({ server, newBrowser }, provide) => {
    await provide(async (...names) => {
      await server.createUsers(...names);
      const made: Person[] = [];
      for (const name of names) {
        const person = new Person(name, await newBrowser());
        await person.logIn();
        made.push(person);
      }
      return made as { [Name in keyof typeof names]: Person };
    });
  },
});
