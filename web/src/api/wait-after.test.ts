import { describe, expect, it } from 'vitest';
import { ApiProblem } from './problem';
import { waitAfter } from './wait-after';

const highest = () => 1;

describe('waitAfter', () => {
  it('waits longer with each failure, up to half a minute', () => {
    const waits = [1, 2, 3, 20].map((failures) => waitAfter(new Error('lost'), failures, highest));
    expect(waits).toEqual([500, 1000, 2000, 30_000]);
  });

  it('waits at least as long as the server asks', () => {
    const busy = new ApiProblem('throttled', { status: 429, retryAfter: 7 });
    expect(waitAfter(busy, 1, highest)).toBe(7000);
    expect(waitAfter(busy, 10, highest)).toBe(30_000);
  });
});
