import { expect, it, vi } from 'vitest';
import { json, unreachable } from '@/testing/fake-server';
import { UpgradeWatch } from './upgrade';

async function outdatedAfter(answer: () => Response | Promise<Response>): Promise<boolean> {
  const watch = new UpgradeWatch(() => Promise.resolve(answer()), 'one');
  await watch.check();
  return watch.outdated.get();
}

it('knows a newer page when it hears of one', async () => {
  expect(await outdatedAfter(() => json({ build: 'two' }))).toBe(true);
  expect(await outdatedAfter(() => json({ build: 'one' }))).toBe(false);
});

it('takes nothing else for one', async () => {
  expect(await outdatedAfter(unreachable)).toBe(false);
  expect(await outdatedAfter(() => json({}, 502))).toBe(false);
  expect(await outdatedAfter(() => json({}))).toBe(false);
  expect(await outdatedAfter(() => new Response('<html>'))).toBe(false);
});

it('does not ask where there are no builds', async () => {
  const fetcher = vi.fn<typeof fetch>();
  await new UpgradeWatch(fetcher).check();
  expect(fetcher).not.toHaveBeenCalled();
});
