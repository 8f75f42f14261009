import { expect, it } from 'vitest';
import { aStatus } from '@/features/admin/testing';
import { extentOf, remember, span, type Sample } from './history';

const sample = (at: number): Sample => ({ at, status: aStatus() });
const times = (history: readonly Sample[]) => history.map(({ at }) => at);

it('goes ten minutes back and no further', () => {
  const before = [sample(1_000), sample(2_000), sample(3_000)];
  expect(times(remember(before, sample(4_000)))).toEqual([1_000, 2_000, 3_000, 4_000]);
  expect(times(remember(before, sample(span + 2_000)))).toEqual([3_000, span + 2_000]);
});

it('begins anew when the clock was put back', () => {
  expect(times(remember([sample(5_000)], sample(4_000)))).toEqual([4_000]);
});

it('says a line in three numbers', () => {
  expect(extentOf([3, 1, 2])).toEqual({ latest: 2, least: 1, most: 3 });
  expect(extentOf([])).toEqual({ latest: 0, least: 0, most: 0 });
});
