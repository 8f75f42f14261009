import { backoff } from '@/realtime/backoff';
import { ApiProblem } from './problem';

/**
 * How long to wait after a request has failed for the `failures`th time in a row, in
 * milliseconds: as long as `backoff` says, and at least as long as the server asks.
 */
export function waitAfter(problem: unknown, failures: number, random: () => number): number {
  const asked = problem instanceof ApiProblem ? (problem.retryAfter ?? 0) : 0;
  return Math.max(backoff(failures, random), asked * 1000);
}
