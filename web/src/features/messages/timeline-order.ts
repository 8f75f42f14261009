import type { Message } from '@/api/types';
import type { Timeline } from './timeline';

/** Gives every message its place: next to the history, or waiting beyond a hole. */
export function settle(state: Timeline, arrived: readonly Message[]): Timeline {
  const [only] = arrived;
  const next = (state.history.at(-1)?.seq ?? NaN) + 1;
  if (arrived.length === 1 && only?.seq === next && state.live.length === 0) {
    return release({ ...state, history: [...state.history, only] });
  }
  const bySeq = new Map<number, Message>();
  for (const message of [...state.live, ...state.history, ...arrived]) {
    bySeq.set(message.seq, merged(message, bySeq.get(message.seq)));
  }
  const all = inOrder([...bySeq.values()]);
  const anchor =
    state.history[0]?.seq ?? (state.status === 'ready' ? state.forgottenSeq + 1 : Infinity);
  const start = all.findIndex((message) => message.seq === anchor);
  const history = start < 0 ? [] : run(all, start);
  const end = history.at(-1)?.seq ?? 0;
  const live = all.filter((message) => message.seq > end);
  return release({ ...state, history, live });
}

/** What has become part of the history is pending no more; a history that reaches the end is not in the middle. */
export function release(state: Timeline): Timeline {
  const end = state.history.at(-1)?.seq ?? 0;
  const lastSeq = Math.max(state.lastSeq, state.live.at(-1)?.seq ?? end);
  const detached = state.detached && end < lastSeq;
  if (state.pending.length === 0) return { ...state, lastSeq, detached };
  const settled = new Set(state.history.map((message) => message.client_id));
  const pending = state.pending.filter((mine) => !settled.has(mine.clientId));
  return { ...state, lastSeq, detached, pending };
}

/** The messages around `index` whose places follow each other without a hole. */
export function run(all: readonly Message[], index: number): Message[] {
  let first = index;
  let last = index;
  while (first > 0 && seqAt(all, first - 1) === seqAt(all, first) - 1) first -= 1;
  while (last < all.length - 1 && seqAt(all, last + 1) === seqAt(all, last) + 1) last += 1;
  return all.slice(first, last + 1);
}

function seqAt(all: readonly Message[], index: number): number {
  return all[index]?.seq ?? NaN;
}

/** A later copy of a message may lack the key under which it was sent, and may be from before it was deleted. */
function merged(message: Message, known: Message | undefined): Message {
  if (known?.deleted) return known;
  if (message.client_id || !known?.client_id || known.id !== message.id) return message;
  return { ...message, client_id: known.client_id };
}

/** The same, without what a deleted message said: its place stays, and so does everything that is counted by places. */
export function emptied(messages: readonly Message[], seq: number): Message[] {
  return messages.map((message) =>
    message.seq === seq ? { ...message, body: '', deleted: true } : message,
  );
}

export function noteLast(state: Timeline, lastSeq: number): Timeline {
  return lastSeq > state.lastSeq ? { ...state, lastSeq } : state;
}

export function inOrder(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => a.seq - b.seq);
}
