import type { Page } from '@playwright/test';
import { expect, test } from './support/test.ts';

/**
 * Figures, printed for whoever runs `npm run e2e:large`: how long each page of administration takes with a large
 * history. Filling the database takes longer than the rest of the tests has time for; it needs `sqlite3`.
 */
const people = 10_000;
const messages = 1_000_000;
const rounds = 10;

const pages = [
  '/admin/',
  '/admin/users/',
  '/admin/users/?sort=username',
  '/admin/users/?search=person07',
  '/admin/users/?state=inactive&sort=-username',
  '/admin/users/person05000/',
  '/admin/messages/',
  '/admin/messages/?sender=person05000',
  '/admin/messages/?recipient=person00777',
  '/admin/messages/?year=2026&month=3',
  '/admin/messages/?year=2025&month=7&day=4',
  '/admin/messages/?search=person0123',
  '/admin/messages/500000/',
  '/admin/log/?target=person05000',
];

test('every page of administration is there soon, however much there is', async ({
  server,
  root,
}) => {
  test.setTimeout(1_800_000);
  const begun = performance.now();
  await server.moveIn(people, messages);
  console.log(`filled in ${Math.round((performance.now() - begun) / 1_000)} s`);
  await root.logIn();
  const page = await root.context.newPage();
  const times: number[] = [];
  for (const path of pages) {
    const ofPage: number[] = [];
    for (let round = 0; round < rounds; round += 1) ofPage.push(await timeOf(page, path));
    report(path, ofPage);
    times.push(...ofPage);
  }
  report('all pages', times);
  for (const list of ['users', 'messages']) {
    await page.goto(`/admin/${list}/`);
    report(`a further page of ${list}`, await whileScrolling(page));
  }
});

/** Milliseconds from going there until everything is shown that the page is about, as the browser notes them. */
async function timeOf(page: Page, path: string): Promise<number> {
  await page.goto(path, { waitUntil: 'commit' });
  return await page.evaluate(
    () =>
      new Promise<number>((tell) => {
        const look = () => {
          const main = document.querySelector('main');
          const there = main?.querySelector('[role="cell"], dd, [role="status"] p');
          const waiting = [...(main?.querySelectorAll('[role="status"]') ?? [])].some((status) =>
            status.textContent.includes('Loading'),
          );
          if (there && !waiting) tell(performance.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** Milliseconds that each further page took to come, while the wheel turns through forty of them. */
async function whileScrolling(page: Page): Promise<number[]> {
  const times = () =>
    page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name }) => name.includes('/api/v1/admin/') && name.includes('cursor='))
        .map(({ duration }) => duration),
    );
  await expect(page.getByRole('cell').first()).toBeVisible();
  await page.getByRole('table').hover();
  while ((await times()).length < 40) await page.mouse.wheel(0, 3_000);
  return await times();
}

function report(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  console.log(
    `${what}: ${sorted.length} times; half within ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms`,
  );
  expect(sorted.length).toBeGreaterThan(0);
}
