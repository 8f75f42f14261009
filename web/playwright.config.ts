import { defineConfig } from '@playwright/test';
import { browser } from './e2e/support/browser.ts';
import { adminUrl } from './e2e/support/database.ts';
import type { ServerOptions } from './e2e/support/test.ts';

// The runner reads this file first, and each worker again.
const firstReading = process.env.TEST_WORKER_INDEX === undefined;

if (firstReading && !adminUrl) {
  console.error(
    '*** CHATAPP_TEST_MYSQL_URL is not set: NOTHING IS TESTED ON MARIADB. Run scripts/test.',
  );
}

/** They measure, so they run when nothing else does. */
const figures = '**/performance.spec.ts';

/** The same with more than a normal run has time for: `npm run e2e:large`. */
const large = '**/admin-performance.spec.ts';
const wantsLarge = process.env.CHATAPP_E2E_LARGE !== undefined;

/** What the page looks like does not depend on the database. */
const looks = [
  'accessibility',
  'account-states',
  'admin-states',
  'explorer',
  'keyboard',
  'settings-states',
  'states',
];

const mariadb = {
  name: 'mariadb',
  use: { engine: 'mariadb' as const },
  testIgnore: [...looks.map((name) => `**/${name}.spec.ts`), figures, large],
};

const sqlite = {
  name: 'sqlite',
  use: { engine: 'sqlite' as const },
  testIgnore: [figures, large],
};
const engines = adminUrl ? [sqlite, mariadb] : [sqlite];

/** `npm run e2e`: the page in a real browser, against the real program. */
export default defineConfig<object, ServerOptions>({
  testDir: './e2e',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  // One try more where nobody watches; whatever needed it is reported as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  reporter: 'list',
  // Generous, for machines that have something else to do.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    ...browser,
    viewport: { width: 1100, height: 720 },
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
  },
  projects: [
    ...engines,
    {
      name: 'figures',
      testMatch: figures,
      use: { engine: 'sqlite' },
      dependencies: engines.map(({ name }) => name),
    },
    ...(wantsLarge
      ? [{ name: 'large', testMatch: large, use: { engine: 'sqlite' as const } }]
      : []),
  ],
});
