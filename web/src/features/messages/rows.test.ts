import { expect, it } from 'vitest';
import { me, message, messages, mine } from '@/testing/fixtures';
import { rowsOf, type Row } from './rows';
import { emptyTimeline, reduceTimeline, type Timeline, type TimelineAction } from './timeline';

const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 10, day, hour, minute).toISOString();

function timelineOf(list: ReturnType<typeof messages>, ...more: TimelineAction[]): Timeline {
  const lastSeq = list.at(-1)?.seq ?? 0;
  return [{ type: 'loaded', messages: list, lastSeq } as TimelineAction, ...more].reduce(
    reduceTimeline,
    emptyTimeline,
  );
}

/** `[` and `]` are the ends of a run. */
function drawn(rows: Row[]): string[] {
  return rows.map((row) =>
    row.kind === 'message'
      ? `${row.first ? '[' : ''}${row.entry.body}${row.last ? ']' : ''}`
      : row.kind,
  );
}

it('separates days, and groups what one person writes in one go', () => {
  const list = [
    message(1, { timestamp: at(1, 9, 0) }),
    message(2, { timestamp: at(1, 9, 2) }),
    mine(3, { timestamp: at(1, 9, 3) }),
    mine(4, { timestamp: at(1, 9, 30) }),
    mine(5, { timestamp: at(2, 0, 1) }),
  ];
  expect(drawn(rowsOf(timelineOf(list), me))).toEqual([
    'start',
    'day',
    '[message 1',
    'message 2]',
    '[message 3]',
    '[message 4]',
    'day',
    '[message 5]',
  ]);
});

it('does not claim that the topmost message is the first of its day while older ones may come', () => {
  const rows = rowsOf(timelineOf(messages(11, 12)), me);
  expect(rows[0]?.kind).toBe('message');
});

it('gives rows the same keys when older ones are put before them', () => {
  const before = timelineOf(messages(11, 14));
  const after = reduceTimeline(before, { type: 'older loaded', messages: messages(1, 10) });
  const keys = rowsOf(before, me).map(({ key }) => key);
  expect(
    rowsOf(after, me)
      .map(({ key }) => key)
      .slice(-keys.length),
  ).toEqual(keys);
});

it('gives every row a key of its own when something old could not be sent', () => {
  const list = [message(1, { timestamp: at(1, 9, 0) }), message(2, { timestamp: at(2, 9, 0) })];
  const timeline = timelineOf(list);
  const pending = { clientId: 'old', body: 'x', state: 'failed' as const, problem: null };
  const writtenAt = new Date(at(1, 12, 0)).getTime();
  const rows = rowsOf({ ...timeline, pending: [{ ...pending, writtenAt }] }, me);
  expect(rows.filter(({ kind }) => kind === 'day')).toHaveLength(3);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
});

it('draws the line above the first new message of the other person', () => {
  const list = [message(1), mine(2), message(3), message(4)];
  const timeline = timelineOf(list, { type: 'read', by: 'me', seq: 1 }, { type: 'entered', me });
  expect(drawn(rowsOf(timeline, me))).toEqual([
    'start',
    'day',
    '[message 1]',
    '[message 2]',
    'new',
    '[message 3',
    'message 4]',
  ]);
});

it('shows how far each of mine has come', () => {
  const timeline = timelineOf(
    [mine(1), mine(2), mine(3)],
    { type: 'read', by: 'peer', seq: 1 },
    { type: 'delivered', seq: 2 },
    {
      type: 'queued',
      outgoing: { clientId: 'a', body: 'x', writtenAt: 0, state: 'waiting', problem: null },
    },
  );
  const marks = rowsOf(timeline, me).flatMap((row) =>
    row.kind === 'message' ? [row.entry.mark] : [],
  );
  expect(marks).toEqual(['read', 'delivered', 'sent', 'waiting']);
});

it('keeps a row’s key when the server has taken the message', () => {
  const waiting = timelineOf([], {
    type: 'queued',
    outgoing: { clientId: 'a', body: 'x', writtenAt: 0, state: 'sending', problem: null },
  });
  const sent = reduceTimeline(waiting, { type: 'sent', clientId: 'a', message: mine(1) });
  expect(rowsOf(waiting, me).at(-1)?.key).toBe(rowsOf(sent, me).at(-1)?.key);
});
