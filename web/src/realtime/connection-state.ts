export type ConnectionState =
  | { status: 'connecting' }
  | { status: 'online' }
  /** `retryAt` is the moment of the next attempt, or `null` while one is under way. */
  | { status: 'reconnecting'; attempt: number; retryAt: number | null }
  /** The device itself has no network; the next attempt is when it is back. */
  | { status: 'offline' }
  /** Not coming back: the session is over, or `stop` was called. */
  | { status: 'ended'; reason: 'session' | 'stopped' };

/** The close codes that mean something to a client. */
export const closeCode = {
  sessionEnded: 4401,
  tooManySockets: 4409,
  flooding: 1008,
  overloaded: 1013,
  /** Ours, for a server that has gone silent. */
  silent: 4000,
} as const;

/** Closed on purpose to be rid of us for a while: wait longer from the start. */
export function asksForPatience(code: number): boolean {
  return (
    code === closeCode.tooManySockets ||
    code === closeCode.flooding ||
    code === closeCode.overloaded
  );
}
