const first = 500;
const longest = 30_000;

/**
 * How long to wait before attempt number `attempt` (from 1), in milliseconds.
 * Doubles up to half a minute, and spreads over the upper half of that, so that
 * pages which lost the same server do not all come back in the same moment.
 */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(longest, first * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
