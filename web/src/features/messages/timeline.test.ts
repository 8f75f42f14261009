import { describe, expect, it } from 'vitest';
import { me, message, messages, mine } from '@/testing/fixtures';
import { newerAfter, reaches } from './timeline-jump';
import {
  emptyTimeline,
  knows,
  missingAfter,
  olderBefore,
  reduceTimeline,
  type Outgoing,
  type Timeline,
  type TimelineAction,
} from './timeline';

function after(...actions: TimelineAction[]): Timeline {
  return actions.reduce(reduceTimeline, emptyTimeline);
}

function then(state: Timeline, ...actions: TimelineAction[]): Timeline {
  return actions.reduce(reduceTimeline, state);
}

const seqs = (state: Timeline) => state.history.map(({ seq }) => seq);
const loaded = (first: number, last: number): TimelineAction => ({
  type: 'loaded',
  messages: messages(first, last).reverse(),
  lastSeq: last,
});
const received = (...list: ReturnType<typeof message>[]): TimelineAction => ({
  type: 'received',
  messages: list,
});
const outgoing = (clientId: string, change: Partial<Outgoing> = {}): Outgoing => ({
  clientId,
  body: `body of ${clientId}`,
  writtenAt: 0,
  state: 'waiting',
  problem: null,
  ...change,
});
const queued = (clientId: string): TimelineAction => ({
  type: 'queued',
  outgoing: outgoing(clientId),
});

describe('loading', () => {
  it('orders the first page oldest first', () => {
    const state = after({ type: 'loading' }, loaded(6, 20));
    expect(seqs(state)).toEqual(messages(6, 20).map(({ seq }) => seq));
    expect(state.status).toBe('ready');
    expect(state.lastSeq).toBe(20);
  });

  it('knows an empty conversation from one that is not loaded', () => {
    expect(after({ type: 'loading' }).status).toBe('loading');
    const state = after({ type: 'loading' }, { type: 'loaded', messages: [], lastSeq: 0 });
    expect(state.status).toBe('ready');
    expect(missingAfter(state)).toBeNull();
    expect(olderBefore(state)).toBeNull();
  });

  it('says why the first page could not be had, and forgets it when it could', () => {
    const failed = after({ type: 'loading' }, { type: 'load failed', problem: 'unreachable' });
    expect(failed).toMatchObject({ status: 'failed', problem: 'unreachable' });
    expect(then(failed, { type: 'loading' }, loaded(1, 3))).toMatchObject({
      status: 'ready',
      problem: null,
    });
  });

  it('keeps what is shown when loading it again fails', () => {
    const state = then(after(loaded(1, 3)), { type: 'load failed', problem: 'unreachable' });
    expect(state.status).toBe('ready');
    expect(seqs(state)).toEqual([1, 2, 3]);
  });

  it('puts older pages before the history, until the first message', () => {
    const state = after(loaded(16, 20));
    expect(olderBefore(state)).toBe(16);
    const more = then(
      state,
      { type: 'older loading' },
      { type: 'older loaded', messages: messages(6, 15).reverse() },
    );
    expect(seqs(more)).toHaveLength(15);
    expect(more.older).toBe('idle');
    const all = then(more, { type: 'older loaded', messages: messages(1, 5) });
    expect(olderBefore(all)).toBeNull();
  });

  it('remembers that an older page failed', () => {
    const state = then(after(loaded(16, 20)), { type: 'older loading' }, { type: 'older failed' });
    expect(state.older).toBe('failed');
    expect(olderBefore(state)).toBe(16);
  });

  it('takes in what arrived while the first page was on its way', () => {
    const state = after({ type: 'loading' }, received(message(21)), loaded(16, 20));
    expect(seqs(state)).toEqual([16, 17, 18, 19, 20, 21]);
    expect(state.live).toEqual([]);
  });

  it('keeps the history when the latest page continues it', () => {
    expect(seqs(then(after(loaded(1, 5)), loaded(5, 9)))).toHaveLength(9);
    expect(seqs(then(after(loaded(1, 5)), loaded(6, 9)))).toHaveLength(9);
  });

  it('starts over when the latest page leaves a hole', () => {
    expect(seqs(then(after(loaded(1, 5)), loaded(8, 9)))).toEqual([8, 9]);
  });
});

describe('arriving', () => {
  it('appends what comes next', () => {
    const state = then(after(loaded(1, 5)), received(message(6)));
    expect(seqs(state)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(state.lastSeq).toBe(6);
  });

  it('begins a conversation with its first message', () => {
    const state = then(
      after({ type: 'loaded', messages: [], lastSeq: 0 }),
      received(message(1)),
      received(message(2)),
    );
    expect(seqs(state)).toEqual([1, 2]);
  });

  it('shows a message once, however often it comes', () => {
    const state = then(after(loaded(1, 5)), received(message(5)), received(message(5), message(6)));
    expect(seqs(then(state, received(message(6))))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('holds back what is beyond a hole, and says what is missing', () => {
    const state = then(after(loaded(1, 5)), received(message(8)));
    expect(seqs(state)).toEqual([1, 2, 3, 4, 5]);
    expect(missingAfter(state)).toBe(5);
    expect(knows(state, message(8).id)).toBe(true);
  });

  it('closes a hole, whatever the order', () => {
    const state = then(after(loaded(1, 5)), received(message(8)), received(message(6)));
    expect(missingAfter(state)).toBe(6);
    const whole = then(state, received(message(7)));
    expect(seqs(whole)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(missingAfter(whole)).toBeNull();
  });

  it('goes on asking when an answer was not all of it', () => {
    const state = then(after(loaded(1, 5)), {
      type: 'received',
      messages: messages(6, 105),
      lastSeq: 180,
    });
    expect(missingAfter(state)).toBe(105);
  });

  it('asks for nothing before it is loaded', () => {
    expect(missingAfter(after(received(message(4))))).toBeNull();
  });

  it('replaces a message that has changed', () => {
    const state = then(after(loaded(1, 3)), received(message(2, { body: 'changed' })));
    expect(state.history[1]?.body).toBe('changed');
  });
});

describe('sending', () => {
  const ready = after(loaded(1, 5));

  it('keeps what is written in order until it has a place', () => {
    const state = then(ready, queued('a'), queued('b'));
    expect(state.pending.map(({ clientId }) => clientId)).toEqual(['a', 'b']);
    const sent = then(
      state,
      { type: 'sending', clientId: 'a' },
      { type: 'sent', clientId: 'a', message: mine(6) },
    );
    expect(sent.pending.map(({ clientId }) => clientId)).toEqual(['b']);
    expect(sent.history.at(-1)).toMatchObject({ seq: 6, client_id: 'a' });
  });

  it('shows it once when the notification is faster than the answer', () => {
    const state = then(ready, queued('a'), received(mine(6, { client_id: 'a' })));
    expect(state.pending).toEqual([]);
    const answered = then(state, { type: 'sent', clientId: 'a', message: mine(6) });
    expect(seqs(answered)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps showing a sent message that lies beyond a hole', () => {
    const state = then(ready, queued('a'), { type: 'sent', clientId: 'a', message: mine(7) });
    expect(state.pending).toMatchObject([{ clientId: 'a', state: 'sent' }]);
    expect(missingAfter(state)).toBe(5);
    const whole = then(state, received(message(6)));
    expect(whole.pending).toEqual([]);
    expect(whole.history.at(-1)).toMatchObject({ seq: 7, client_id: 'a' });
  });

  it('keeps the key of a message whose later copy has none', () => {
    const state = then(ready, queued('a'), { type: 'sent', clientId: 'a', message: mine(6) });
    expect(then(state, received(mine(6), message(7))).history.at(-2)?.client_id).toBe('a');
  });

  it('marks what failed, and lets it be tried again or dropped', () => {
    const problem = { kind: 'refused' } as const;
    const failed = then(ready, queued('a'), { type: 'send failed', clientId: 'a', problem });
    expect(failed.pending[0]).toMatchObject({ state: 'failed', problem });
    const again = then(failed, { type: 'postponed', clientId: 'a', problem: null });
    expect(again.pending[0]).toMatchObject({ state: 'waiting', problem: null });
    expect(then(failed, { type: 'discarded', clientId: 'a' }).pending).toEqual([]);
  });

  it('does not queue what it has already', () => {
    const state = then(ready, queued('a'), queued('a'));
    expect(state.pending).toHaveLength(1);
    const sent = then(state, { type: 'sent', clientId: 'a', message: mine(6) });
    expect(then(sent, queued('a')).pending).toEqual([]);
  });
});

describe('reading', () => {
  it('only moves forward', () => {
    const state = after({ type: 'read', by: 'me', seq: 4 }, { type: 'read', by: 'me', seq: 2 });
    expect(state.readSeq).toBe(4);
    expect(then(state, { type: 'read', by: 'peer', seq: 3 }).peerReadSeq).toBe(3);
  });

  it('draws the line before what was unread on entering', () => {
    const state = after(loaded(1, 5), { type: 'read', by: 'me', seq: 3 }, { type: 'entered', me });
    expect(state.divider).toBe(3);
    const read = then(state, { type: 'read', by: 'me', seq: 5 });
    expect(read.divider).toBe(3);
    expect(then(read, { type: 'left' }, { type: 'entered', me }).divider).toBeNull();
  });

  it('draws no line for one’s own messages', () => {
    const state = then(after(loaded(1, 5), { type: 'read', by: 'me', seq: 5 }), received(mine(6)), {
      type: 'entered',
      me,
    });
    expect(state.divider).toBeNull();
  });

  it('draws the line when something comes while nobody looks, once', () => {
    const open = after(loaded(1, 5), { type: 'read', by: 'me', seq: 5 }, { type: 'entered', me });
    const state = then(
      open,
      received(message(6)),
      { type: 'overlooked', me },
      received(message(7)),
    );
    expect(then(state, { type: 'overlooked', me }).divider).toBe(5);
  });

  it('removes the line when one writes', () => {
    const state = after(loaded(1, 5), { type: 'entered', me });
    expect(state.divider).toBe(0);
    expect(then(state, queued('a')).divider).toBeNull();
  });
});

describe('starting over', () => {
  it('replaces everything with the next page, except what is not sent', () => {
    const state = then(after(loaded(1, 9)), queued('a'), received(message(12)), { type: 'reset' });
    expect(missingAfter(state)).toBeNull();
    expect(seqs(state)).toHaveLength(9);
    const fresh = then(state, loaded(1, 3));
    expect(seqs(fresh)).toEqual([1, 2, 3]);
    expect(fresh).toMatchObject({ lastSeq: 3, live: [], stale: false });
    expect(fresh.pending).toHaveLength(1);
  });
});

describe('any order of arrival', () => {
  it('ends in the same history', () => {
    const random = lcg(7);
    for (let round = 0; round < 200; round += 1) {
      const arrivals = shuffled([...messages(11, 30), ...messages(15, 22)], random);
      const state = then(after(loaded(1, 10)), ...arrivals.map((one) => received(one)));
      expect(seqs(state)).toEqual(messages(1, 30).map(({ seq }) => seq));
      expect(state.live).toEqual([]);
    }
  });
});

function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

describe('jumping into the middle', () => {
  const around = (seq: number, lastSeq = 200): TimelineAction => ({
    type: 'around loaded',
    seq,
    messages: messages(seq - 5, seq + 5),
    lastSeq,
  });
  const range = (first: number, last: number) => messages(first, last).map(({ seq }) => seq);

  it('shows what is around the message, and asks for nothing by itself', () => {
    const state = after(loaded(186, 200), around(50));
    expect(seqs(state)).toEqual(range(45, 55));
    expect(state).toMatchObject({ detached: true, spotlight: { seq: 50 }, lastSeq: 200 });
    expect(missingAfter(state)).toBeNull();
    expect(newerAfter(state)).toBe(55);
    expect(olderBefore(state)).toBe(45);
  });

  it('works without anything having been loaded before', () => {
    const state = after({ type: 'loading' }, around(50));
    expect(state).toMatchObject({ status: 'ready', detached: true });
    const near = after({ type: 'loading' }, around(195));
    expect(near).toMatchObject({ status: 'ready', detached: false });
    expect(seqs(near)).toEqual(range(190, 200));
  });

  it('stays where it is when the message is here, or nearly', () => {
    const state = after(loaded(186, 200));
    expect(reaches(state, 190)).toBe(true);
    expect(reaches(state, 185)).toBe(false);
    expect(then(state, { type: 'jumped', seq: 190 })).toMatchObject({ spotlight: { seq: 190 } });
    const grown = then(state, around(182));
    expect(seqs(grown)).toEqual(range(177, 200));
    expect(grown.detached).toBe(false);
  });

  it('tells two jumps to one message apart', () => {
    const once = after(loaded(186, 200), { type: 'jumped', seq: 190 });
    expect(then(once, { type: 'jumped', seq: 190 }).spotlight).not.toBe(once.spotlight);
  });

  it('reads on until it meets what is known of the end', () => {
    const state = then(after(loaded(186, 200), around(50)), {
      type: 'newer loaded',
      messages: messages(56, 150),
      lastSeq: 200,
    });
    expect(state).toMatchObject({ detached: true, newer: 'idle' });
    const whole = then(state, {
      type: 'newer loaded',
      messages: messages(151, 185),
      lastSeq: 200,
    });
    expect(seqs(whole)).toEqual(range(45, 200));
    expect(whole).toMatchObject({ detached: false, live: [] });
  });

  it('keeps what arrives meanwhile for the end', () => {
    const state = then(after(loaded(186, 200), around(50)), received(message(201)));
    expect(seqs(state)).toEqual(range(45, 55));
    const back = then(state, { type: 'returned', messages: [], lastSeq: 201 });
    expect(seqs(back)).toEqual(range(186, 201));
    expect(back).toMatchObject({ detached: false, spotlight: null });
  });

  it('finds the hole in the end when it is back there', () => {
    const state = then(after(loaded(186, 200), around(50)), received(message(205)));
    const page = messages(191, 205);
    const back = then(state, { type: 'returned', messages: page, lastSeq: 207 });
    expect(seqs(back)).toEqual(range(186, 205));
    expect(missingAfter(back)).toBe(205);
  });

  it('jumps on from the middle, without keeping every place it was at', () => {
    const state = after(loaded(186, 200), around(50), around(120));
    expect(seqs(state)).toEqual(range(115, 125));
    expect(state.live.map(({ seq }) => seq)).toEqual(range(186, 200));
  });

  it('settles what was sent before the jump', () => {
    const state = then(after(loaded(186, 200), queued('a'), around(50)), {
      type: 'sent',
      clientId: 'a',
      message: mine(201),
    });
    const back = then(state, { type: 'returned', messages: [], lastSeq: 201 });
    expect(back.pending).toEqual([]);
    expect(seqs(back).at(-1)).toBe(201);
  });

  it('begins at the end again for who comes back later', () => {
    const state = then(after(loaded(186, 200), queued('a'), around(50)), { type: 'left' });
    expect(state).toMatchObject({ status: 'new', history: [], detached: false, spotlight: null });
    expect(state.pending).toHaveLength(1);
    const again = then(state, loaded(186, 200));
    expect(seqs(again)).toEqual(range(186, 200));
  });

  it('is over when everything has to be loaded again', () => {
    const state = after(loaded(186, 200), around(50), { type: 'reset' }, loaded(2, 9));
    expect(seqs(state)).toEqual(range(2, 9));
    expect(state).toMatchObject({ detached: false, lastSeq: 9, live: [] });
    const lower = after(loaded(186, 200), { type: 'reset' }, around(20, 30));
    expect(lower).toMatchObject({ detached: true, lastSeq: 30, stale: false });
  });

  it('says when reading on failed', () => {
    const state = after(loaded(186, 200), around(50), { type: 'newer loading' });
    expect(state.newer).toBe('loading');
    expect(then(state, { type: 'newer failed' }).newer).toBe('failed');
  });
});

describe('delivery', () => {
  it('only moves forward', () => {
    const state = after({ type: 'delivered', seq: 5 }, { type: 'delivered', seq: 3 });
    expect(state.peerDeliveredSeq).toBe(5);
  });
});

describe('what is gone', () => {
  it('keeps its place when it was deleted', () => {
    const state = after(loaded(1, 5), { type: 'deleted', seq: 3 });
    expect(seqs(state)).toEqual([1, 2, 3, 4, 5]);
    expect(state.history[2]).toMatchObject({ body: '', deleted: true });
    expect(then(state, received(message(6))).history[2]).toMatchObject({ deleted: true });
    const late = then(state, received(message(3), message(6)));
    expect(late.history[2], 'a copy from before').toMatchObject({ body: '', deleted: true });
  });

  it('ends the older pages where it is older than messages are kept', () => {
    const state = after({ type: 'forgotten', seq: 20 }, loaded(21, 30));
    expect(olderBefore(state)).toBeNull();
    expect(missingAfter(state)).toBeNull();
    expect(olderBefore(after({ type: 'forgotten', seq: 20 }, loaded(22, 30)))).toBe(22);
  });

  it('is not shown any more once the server says so', () => {
    const state = after(loaded(1, 5), received(message(30)), { type: 'forgotten', seq: 28 });
    expect(seqs(state)).toEqual([]);
    expect(missingAfter(state)).toBe(28);
    const whole = then(state, received(message(29)));
    expect(seqs(whole)).toEqual([29, 30]);
    expect(olderBefore(whole)).toBeNull();
  });
});
