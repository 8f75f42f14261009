import type { Status } from '@/features/admin/types';

/** How the server was at a moment (milliseconds since 1970). */
export interface Sample {
  at: number;
  status: Status;
}

/** Milliseconds that charts go back. */
export const span = 10 * 60_000;

/** With one sample more, without those that are too old. */
export function remember(before: readonly Sample[], sample: Sample): Sample[] {
  return [...before.filter(({ at }) => at < sample.at && at > sample.at - span), sample];
}

export interface Extent {
  latest: number;
  least: number;
  most: number;
}

/** What a line says in three numbers, for whoever does not see it. */
export function extentOf(values: readonly number[]): Extent {
  return {
    latest: values.at(-1) ?? 0,
    least: values.length === 0 ? 0 : Math.min(...values),
    most: values.length === 0 ? 0 : Math.max(...values),
  };
}
