import type { Message } from '@/api/types';
import type { ProblemKind } from '@/api/problem';
import { aroundLoaded, left, returned } from './timeline-jump';
import { emptied, inOrder, noteLast, settle } from './timeline-order';

/**
 * The state of one conversation, without any framework: what is known of it,
 * what is on its way, and what is missing. `seq` has no holes on the server, so
 * a hole here is something to fetch, and every message has exactly one place.
 */
export interface Timeline {
  status: 'new' | 'loading' | 'ready' | 'failed';
  /** Why the first page could not be loaded. */
  problem: ProblemKind | null;
  /** Messages in a row, without a hole, oldest first. */
  history: readonly Message[];
  /** Newer messages that are here while the ones between them and the history are not. */
  live: readonly Message[];
  /** Mine, not yet part of the history, in the order of writing. */
  pending: readonly Outgoing[];
  /** The newest place that is known to be taken. */
  lastSeq: number;
  /** Up to here the oldest messages are gone: there is nothing to load before. */
  forgottenSeq: number;
  readSeq: number;
  peerReadSeq: number;
  /** What the other person's devices have, read or not. */
  peerDeliveredSeq: number;
  /** Someone has the conversation open. */
  entered: boolean;
  /** Messages after this place are below the "new messages" line. */
  divider: number | null;
  older: 'idle' | 'loading' | 'failed';
  /** The history is somewhere in the middle, and grows towards the end only as one reads on. */
  detached: boolean;
  newer: 'idle' | 'loading' | 'failed';
  /** The message that was jumped to; a new object for each jump. */
  spotlight: Spotlight | null;
  /** What is shown may be out of date; the next page that is loaded replaces it. */
  stale: boolean;
}

export interface Spotlight {
  seq: number;
}

export interface Trouble {
  kind: ProblemKind;
  detail?: string | undefined;
  /** When it will be sent again by itself, in milliseconds since the epoch. */
  retryAt?: number | undefined;
}

export interface Outgoing {
  clientId: string;
  body: string;
  /** Milliseconds since the epoch. */
  writtenAt: number;
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  problem: Trouble | null;
}

export type TimelineAction =
  | { type: 'loading' }
  | { type: 'loaded'; messages: readonly Message[]; lastSeq: number }
  | { type: 'load failed'; problem: ProblemKind }
  | { type: 'older loading' }
  | { type: 'older loaded'; messages: readonly Message[] }
  | { type: 'older failed' }
  | { type: 'newer loading' }
  | { type: 'newer loaded'; messages: readonly Message[]; lastSeq: number }
  | { type: 'newer failed' }
  /** A message that is here is to be looked at. */
  | { type: 'jumped'; seq: number }
  /** The same, with the messages around it. */
  | { type: 'around loaded'; seq: number; messages: readonly Message[]; lastSeq: number }
  /** From the middle back to the end, with the latest messages if they were not here. */
  | { type: 'returned'; messages: readonly Message[]; lastSeq: number }
  /** Arrived alone, or as the answer to a hole. */
  | { type: 'received'; messages: readonly Message[]; lastSeq?: number }
  | { type: 'queued'; outgoing: Outgoing }
  | { type: 'sending'; clientId: string }
  | { type: 'sent'; clientId: string; message: Message }
  | { type: 'postponed'; clientId: string; problem: Outgoing['problem'] }
  | { type: 'send failed'; clientId: string; problem: Outgoing['problem'] }
  | { type: 'discarded'; clientId: string }
  /** A message says nothing any more. */
  | { type: 'deleted'; seq: number }
  /** Everything up to this place is gone from the server. */
  | { type: 'forgotten'; seq: number }
  | { type: 'read'; by: 'me' | 'peer'; seq: number }
  /** It has reached a device of the other person. */
  | { type: 'delivered'; seq: number }
  /** The conversation was opened: what is unread now is marked as new. */
  /** `unlisted`: nobody has said how far it was read. */
  | { type: 'entered'; me: string; unlisted?: boolean }
  /** Nobody looks, while it is open: what has come since is new for whoever comes back. */
  | { type: 'overlooked'; me: string }
  | { type: 'left' }
  | { type: 'reset' };

export const emptyTimeline: Timeline = {
  status: 'new',
  problem: null,
  history: [],
  live: [],
  pending: [],
  lastSeq: 0,
  forgottenSeq: 0,
  readSeq: 0,
  peerReadSeq: 0,
  peerDeliveredSeq: 0,
  entered: false,
  divider: null,
  older: 'idle',
  detached: false,
  newer: 'idle',
  spotlight: null,
  stale: false,
};

export function reduceTimeline(state: Timeline, action: TimelineAction): Timeline {
  switch (action.type) {
    case 'loading':
      return { ...state, status: state.history.length > 0 ? state.status : 'loading' };
    case 'loaded':
      return loaded(state, action.messages, action.lastSeq);
    case 'load failed':
      if (state.history.length > 0) return state;
      return { ...state, status: 'failed', problem: action.problem };
    case 'older loading':
      return { ...state, older: 'loading' };
    case 'older loaded':
      return settle({ ...state, older: 'idle' }, action.messages);
    case 'older failed':
      return { ...state, older: 'failed' };
    case 'newer loading':
      return { ...state, newer: 'loading' };
    case 'newer loaded':
      return settle(noteLast({ ...state, newer: 'idle' }, action.lastSeq), action.messages);
    case 'newer failed':
      return { ...state, newer: 'failed' };
    case 'jumped':
      return { ...state, spotlight: { seq: action.seq } };
    case 'around loaded':
      return aroundLoaded(state, action.seq, action.messages, action.lastSeq);
    case 'returned':
      return returned(noteLast(state, action.lastSeq), action.messages);
    case 'received':
      return settle(noteLast(state, action.lastSeq ?? 0), action.messages);
    case 'queued':
      return queued(state, action.outgoing);
    case 'sending':
      return patch(state, action.clientId, { state: 'sending', problem: null });
    case 'sent':
      return settle(patch(state, action.clientId, { state: 'sent', problem: null }), [
        { ...action.message, client_id: action.clientId },
      ]);
    case 'postponed':
      return patch(state, action.clientId, { state: 'waiting', problem: action.problem });
    case 'send failed':
      return patch(state, action.clientId, { state: 'failed', problem: action.problem });
    case 'discarded':
      return {
        ...state,
        pending: state.pending.filter((mine) => mine.clientId !== action.clientId),
      };
    case 'deleted':
      return deleted(state, action.seq);
    case 'forgotten':
      return forgotten(state, action.seq);
    case 'read':
      return action.by === 'me'
        ? { ...state, readSeq: Math.max(state.readSeq, action.seq) }
        : { ...state, peerReadSeq: Math.max(state.peerReadSeq, action.seq) };
    case 'delivered':
      if (action.seq <= state.peerDeliveredSeq) return state;
      return { ...state, peerDeliveredSeq: action.seq };
    case 'entered':
      return {
        ...state,
        entered: true,
        divider: action.unlisted ? null : firstUnread(state, action.me),
      };
    case 'overlooked':
      if (state.divider !== null) return state;
      return { ...state, divider: firstUnread(state, action.me) };
    case 'left':
      return left(state);
    case 'reset':
      return { ...state, stale: true, older: 'idle' };
  }
}

/** The place after which messages are known to exist but are not here. */
export function missingAfter(state: Timeline): number | null {
  if (state.status !== 'ready' || state.stale || state.detached) return null;
  const end = state.history.at(-1)?.seq ?? state.forgottenSeq;
  return state.lastSeq > end ? end : null;
}

/** The place before which older messages are still to be loaded. */
export function olderBefore(state: Timeline): number | null {
  const first = state.history[0];
  return first && first.seq > state.forgottenSeq + 1 ? first.seq : null;
}

export function knows(state: Timeline, id: number): boolean {
  return [...state.history, ...state.live].some((message) => message.id === id);
}

/** Where the "new messages" line goes, if there is anything below it. */
function firstUnread(state: Timeline, me: string): number | null {
  const unread = state.history.some(({ seq, user }) => seq > state.readSeq && user !== me);
  return unread ? state.readSeq : null;
}

function loaded(state: Timeline, messages: readonly Message[], lastSeq: number): Timeline {
  // Someone jumped into the middle before the end had come.
  if (state.detached && !state.stale) return settle(noteLast(state, lastSeq), messages);
  const page = inOrder(messages);
  const end = state.history.at(-1)?.seq;
  const continues = !state.stale && end !== undefined && (page[0]?.seq ?? 0) <= end + 1;
  const base: Timeline = {
    ...state,
    status: 'ready',
    problem: null,
    stale: false,
    history: continues ? state.history : page,
    detached: false,
    live: state.stale ? [] : state.live,
    lastSeq: state.stale ? lastSeq : Math.max(state.lastSeq, lastSeq),
  };
  return settle(base, page);
}

function deleted(state: Timeline, seq: number): Timeline {
  return { ...state, history: emptied(state.history, seq), live: emptied(state.live, seq) };
}

function forgotten(state: Timeline, seq: number): Timeline {
  if (seq <= state.forgottenSeq) return state;
  const later = (messages: readonly Message[]) => messages.filter((message) => message.seq > seq);
  const kept = { history: later(state.history), live: later(state.live) };
  return settle({ ...state, ...kept, forgottenSeq: seq }, []);
}

function queued(state: Timeline, outgoing: Outgoing): Timeline {
  const known =
    state.pending.some((mine) => mine.clientId === outgoing.clientId) ||
    state.history.some((message) => message.client_id === outgoing.clientId);
  if (known) return state;
  return { ...state, pending: [...state.pending, outgoing], divider: null };
}

function patch(state: Timeline, clientId: string, change: Partial<Outgoing>): Timeline {
  return {
    ...state,
    pending: state.pending.map((mine) =>
      mine.clientId === clientId ? { ...mine, ...change } : mine,
    ),
  };
}
