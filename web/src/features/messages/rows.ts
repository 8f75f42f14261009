import type { Message } from '@/api/types';
import type { Outgoing, Timeline } from './timeline';

/** What the list shows, top to bottom. */
export type Row =
  | { kind: 'start'; key: 'start' }
  | { kind: 'day'; key: string; date: Date }
  | { kind: 'new'; key: 'new' }
  | { kind: 'message'; key: string; entry: Entry; first: boolean; last: boolean };

export type Mark = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

/** A message as the reader sees it, whether the server has it yet or not. */
export interface Entry {
  key: string;
  /** The message's number, once the server has it. */
  id: number | null;
  mine: boolean;
  author: string;
  body: string;
  /** It says nothing any more. */
  deleted: boolean;
  at: Date;
  /** A number that is the same for all of one calendar day, where the reader is. */
  day: number;
  seq: number | null;
  /** Only on one's own. */
  mark: Mark | null;
  outgoing: Outgoing | null;
}

/** Messages of one sender closer than this belong together. */
const together = 5 * 60_000;

export function rowsOf(timeline: Timeline, me: string): Row[] {
  const entries = entriesOf(timeline, me);
  const complete = timeline.history[0]?.seq === timeline.forgottenSeq + 1;
  const rows: Row[] = [];
  if (complete) rows.push({ kind: 'start', key: 'start' });
  let previous: Entry | undefined;
  let divided = timeline.divider === null;
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1];
    // The day of the topmost message is only its own when nothing older is to come.
    const newDay = previous ? previous.day !== entry.day : complete || entry.seq === null;
    if (newDay) {
      // What could not be sent stands at the end, whenever it was written: its day may be there already.
      const key = entry.seq === null ? `day ${entry.day} ${entry.key}` : `day ${entry.day}`;
      rows.push({ kind: 'day', key, date: entry.at });
    }
    const dividesHere = !divided && !entry.mine && (entry.seq ?? 0) > (timeline.divider ?? 0);
    if (dividesHere) {
      const above = rows.at(-1);
      if (above?.kind === 'message') above.last = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    divided ||= dividesHere;
    rows.push({
      kind: 'message',
      key: entry.key,
      entry,
      first: newDay || dividesHere || !belongs(previous, entry),
      last: !next || !belongs(entry, next),
    });
    previous = entry;
  }
  return rows;
}

function entriesOf(timeline: Timeline, me: string): Entry[] {
  const told = timeline.history.map((message) => ofMessage(message, me, timeline));
  // What is being written stands at the end, which is somewhere else.
  if (timeline.detached) return told;
  return [...told, ...timeline.pending.map((outgoing) => ofOutgoing(outgoing, me))];
}

/** A message that has not changed keeps its entry, so that its row is not drawn again. */
const drawn = new WeakMap<Message, Entry>();

function ofMessage(message: Message, me: string, timeline: Timeline): Entry {
  const mine = message.user === me;
  const mark = mine ? markOf(message, timeline) : null;
  const known = drawn.get(message);
  if (known?.mark === mark && known.mine === mine) return known;
  const at = new Date(message.timestamp);
  const entry: Entry = {
    // The same before and after the server has it, so that nothing flickers.
    key: message.client_id ? `c${message.client_id}` : `m${message.id}`,
    id: message.id,
    mine,
    author: message.user,
    body: message.body,
    deleted: message.deleted ?? false,
    at,
    day: dayOf(at),
    seq: message.seq,
    mark,
    outgoing: null,
  };
  drawn.set(message, entry);
  return entry;
}

function markOf({ seq }: Message, timeline: Timeline): Mark {
  if (seq <= timeline.peerReadSeq) return 'read';
  return seq <= timeline.peerDeliveredSeq ? 'delivered' : 'sent';
}

function ofOutgoing(outgoing: Outgoing, me: string): Entry {
  const at = new Date(outgoing.writtenAt);
  return {
    key: `c${outgoing.clientId}`,
    id: null,
    mine: true,
    author: me,
    body: outgoing.body,
    deleted: false,
    at,
    day: dayOf(at),
    seq: null,
    mark: outgoing.state,
    outgoing,
  };
}

function belongs(previous: Entry | undefined, entry: Entry): boolean {
  if (previous?.mine !== entry.mine) return false;
  const apart = Math.abs(entry.at.getTime() - previous.at.getTime());
  return apart < together && previous.day === entry.day;
}

function dayOf(date: Date): number {
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
}
