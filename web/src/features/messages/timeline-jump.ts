import type { Message } from '@/api/types';
import { inOrder, noteLast, release, run, settle } from './timeline-order';
import type { Timeline } from './timeline';

/** Going to a message in the middle of a conversation, reading on from there, and the way back to the end. */

/** The place after which newer messages are still to be loaded, as one reads on from the middle. */
export function newerAfter(state: Timeline): number | null {
  return state.detached ? (state.history.at(-1)?.seq ?? null) : null;
}

/** Whether the message at `seq` can be shown as things are. */
export function reaches(state: Timeline, seq: number): boolean {
  const [first] = state.history;
  const last = state.history.at(-1);
  return first !== undefined && last !== undefined && first.seq <= seq && seq <= last.seq;
}

/** The messages around a place take the history's, unless they are a part of it or continue it. */
export function aroundLoaded(
  state: Timeline,
  seq: number,
  messages: readonly Message[],
  lastSeq: number,
): Timeline {
  const page = inOrder(messages);
  const spotlight = { seq };
  const base: Timeline = { ...state, status: 'ready', problem: null, spotlight };
  if (!state.stale && adjoins(state.history, page)) return settle(noteLast(base, lastSeq), page);
  // What is known of the end is kept, so that the way back is short.
  const aside = state.stale ? [] : state.detached ? state.live : [...state.history, ...state.live];
  return release({
    ...noteLast({ ...base, lastSeq: state.stale ? lastSeq : state.lastSeq }, lastSeq),
    history: page,
    live: aside,
    detached: true,
    stale: false,
    older: 'idle',
    newer: 'idle',
  });
}

function adjoins(history: readonly Message[], page: readonly Message[]): boolean {
  const [first] = history;
  const last = history.at(-1);
  const [pageFirst] = page;
  const pageLast = page.at(-1);
  if (!first || !last || !pageFirst || !pageLast) return false;
  return pageFirst.seq <= last.seq + 1 && pageLast.seq >= first.seq - 1;
}

export function returned(state: Timeline, messages: readonly Message[]): Timeline {
  if (!state.detached) return state;
  const bySeq = new Map([...state.live, ...messages].map((message) => [message.seq, message]));
  const all = inOrder([...bySeq.values()]);
  const history = all.length > 0 ? run(all, all.length - 1) : [];
  const idle = { older: 'idle', newer: 'idle' } as const;
  return release({ ...state, ...idle, history, live: [], detached: false, spotlight: null });
}

/** Who comes back finds the latest messages, wherever they had jumped to. */
export function left(state: Timeline): Timeline {
  const away = { ...state, entered: false, divider: null, spotlight: null };
  if (!state.detached) return away;
  return { ...away, status: 'new', history: [], live: [], detached: false, older: 'idle' };
}
