import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock, settle } from '@/testing/fake-clock';
import {
  fakeServer,
  json,
  later,
  unreachable,
  type Answer,
  type Call,
} from '@/testing/fake-server';
import { me, mine, peer } from '@/testing/fixtures';
import { Outbox } from './outbox';
import { IndexedOutbox, MemoryOutbox, type OutboxStorage } from './outbox-storage';
import { TimelineStore } from './timeline-store';

let clock: FakeClock;
let answer: (call: Call) => Answer;
let calls: Call[];
let storage: OutboxStorage;
let timelines: Map<string, TimelineStore>;
let outbox: Outbox;
const onSent = vi.fn();
const onKnown = vi.fn();

function visit(): Outbox {
  const server = fakeServer((call) => answer(call));
  calls = server.calls;
  timelines = new Map();
  const shared = { api: server.api, clock, random: () => 0 };
  const timeline = (name: string) => {
    const known = timelines.get(name);
    if (known) return known;
    const made = new TimelineStore(name, {
      ...shared,
      pageSize: 15,
      onMessages: () => undefined,
      onConversation: () => undefined,
    });
    made.dispatch({ type: 'loaded', messages: [], lastSeq: 0 });
    timelines.set(name, made);
    return made;
  };
  return new Outbox({ ...shared, owner: me, storage, timeline, onSent, onKnown });
}

let stored = 0;
const accept = (call: Call) => {
  stored += 1;
  const { body } = call.body as { body: string };
  return json(mine(stored, { body, client_id: call.headers.get('Idempotency-Key') }), 201);
};

beforeEach(() => {
  stored = 0;
  onSent.mockClear();
  onKnown.mockClear();
  clock = new FakeClock();
  storage = new MemoryOutbox();
  answer = accept;
  outbox = visit();
});

const timeline = () => timelines.get(peer)!.get();
const bodies = () => calls.map(({ body }) => (body as { body: string }).body);
const key = (call: number) => calls[call]!.headers.get('Idempotency-Key');

describe('sending', () => {
  it('shows at once, sends with a key, and forgets what the server has', async () => {
    const slow = later();
    answer = () => slow.promise;
    outbox.send(peer, 'hello');
    expect(timeline().pending).toMatchObject([{ body: 'hello', state: 'sending' }]);
    await settle();
    expect(calls[0]).toMatchObject({ method: 'POST', body: { recipient: peer, body: 'hello' } });
    expect(key(0)).toMatch(/^[\x21-\x7e]{8,64}$/);
    expect(outbox.expects(key(0)!, 1)).toBe(true);
    slow.resolve(json(mine(1, { body: 'hello' }), 201));
    await settle();
    expect(timeline().pending).toEqual([]);
    expect(timeline().history).toMatchObject([{ body: 'hello', seq: 1 }]);
    expect(outbox.expects(key(0)!, 1)).toBe(false);
    expect(onKnown).not.toHaveBeenCalled();
    expect(await storage.all(me)).toEqual([]);
    expect(onSent).toHaveBeenCalled();
  });

  it('keeps the order, one at a time', async () => {
    const slow = later();
    answer = (call) => (calls.length === 1 ? slow.promise : accept(call));
    ['one', 'two', 'three'].forEach((body) => outbox.send(peer, body));
    await settle();
    expect(bodies()).toEqual(['one']);
    stored = 1;
    slow.resolve(json(mine(1, { body: 'one' }), 201));
    await settle();
    expect(bodies()).toEqual(['one', 'two', 'three']);
    expect(timeline().history.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
  });

  it('does not let one person wait for another', async () => {
    answer = (call) =>
      (call.body as { recipient: string }).recipient === peer ? later().promise : accept(call);
    outbox.send(peer, 'slow');
    outbox.send('bruno', 'quick');
    await settle();
    expect(timelines.get('bruno')!.get().pending).toEqual([]);
  });
});

describe('a session that is over', () => {
  it('sends nothing more, and keeps what was written for its owner', async () => {
    const slow = later();
    answer = () => slow.promise;
    outbox.send(peer, 'one');
    outbox.send(peer, 'two');
    await settle();
    outbox.stop();
    answer = accept;
    slow.resolve(json({ detail: 'Log in.', code: 'not_authenticated' }, 401));
    await clock.pass(120_000);
    expect(bodies()).toEqual(['one']);
    expect((await storage.all(me)).map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('does not send the next message when an answer comes late', async () => {
    const slow = later();
    answer = () => slow.promise;
    outbox.send(peer, 'one');
    outbox.send(peer, 'two');
    await settle();
    outbox.stop();
    answer = accept;
    slow.resolve(json(mine(1, { body: 'one' }), 201));
    await clock.pass(120_000);
    expect(bodies()).toEqual(['one']);
    expect(onSent).not.toHaveBeenCalled();
    expect((await storage.all(me)).map(({ body }) => body)).toEqual(['two']);
  });
});

describe('an answer that never comes', () => {
  it('is made up for by the message itself, which was heard of meanwhile', async () => {
    const slow = later();
    answer = () => slow.promise;
    outbox.send(peer, 'hello');
    await settle();
    expect(outbox.expects(key(0)!, 7)).toBe(true);
    slow.resolve(json({ detail: 'Something broke.' }, 500));
    await settle();
    expect(onKnown).toHaveBeenCalledWith(7);
    expect(timeline().pending).toMatchObject([{ state: 'waiting' }]);
    const here = mine(1, { id: 7, body: 'hello', client_id: key(0)! });
    timelines.get(peer)!.dispatch({ type: 'received', messages: [here] });
    outbox.arrived(key(0)!);
    expect(timeline().pending).toEqual([]);
    expect(await storage.all(me)).toEqual([]);
    await clock.pass(120_000);
    expect(calls).toHaveLength(1);
  });

  it('is not waited for once it is known not to come', async () => {
    answer = unreachable;
    outbox.send(peer, 'hello');
    await settle();
    expect(outbox.expects(key(0)!, 7)).toBe(false);
  });
});

describe('trouble that passes', () => {
  it('is waited out, with the same key', async () => {
    answer = unreachable;
    outbox.send(peer, 'one');
    outbox.send(peer, 'two');
    await settle();
    expect(timeline().pending).toMatchObject([
      { state: 'waiting', problem: { kind: 'unreachable' } },
      { state: 'waiting', problem: null },
    ]);
    answer = accept;
    await clock.pass(1_000);
    expect(bodies()).toEqual(['one', 'one', 'two']);
    expect(key(1)).toBe(key(0));
    expect(timeline().pending).toEqual([]);
  });

  it('waits as long as the server asks', async () => {
    answer = () => json({}, 429, { 'Retry-After': '5' });
    outbox.send(peer, 'one');
    await clock.pass(4_900);
    expect(calls).toHaveLength(1);
    answer = accept;
    await clock.pass(200);
    expect(timeline().pending).toEqual([]);
  });

  it('is over when the connection is back', async () => {
    answer = unreachable;
    outbox.send(peer, 'one');
    await settle();
    answer = accept;
    outbox.nudgeAll();
    await settle();
    expect(timeline().pending).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});

describe('trouble that stays', () => {
  beforeEach(async () => {
    answer = (call) =>
      (call.body as { body: string }).body === 'bad'
        ? json({ detail: 'You cannot message this person.', code: 'blocked' }, 403)
        : accept(call);
    outbox.send(peer, 'bad');
    outbox.send(peer, 'good');
    await settle();
  });

  it('stops only the message it is about', () => {
    expect(timeline().pending).toMatchObject([
      {
        body: 'bad',
        state: 'failed',
        problem: { kind: 'refused', detail: 'You cannot message this person.' },
      },
    ]);
    expect(timeline().history).toMatchObject([{ body: 'good' }]);
  });

  it('lets it be sent again', async () => {
    answer = accept;
    outbox.retry(peer, timeline().pending[0]!.clientId);
    await settle();
    expect(timeline().pending).toEqual([]);
    expect(key(2)).toBe(key(0));
  });

  it('lets it be dropped', async () => {
    outbox.discard(peer, timeline().pending[0]!.clientId);
    expect(timeline().pending).toEqual([]);
    await settle();
    expect(await storage.all(me)).toEqual([]);
  });

  it('is still known after a reload', async () => {
    outbox = visit();
    await outbox.restore();
    expect(timeline().pending).toMatchObject([{ body: 'bad', state: 'failed' }]);
    expect(calls).toEqual([]);
  });
});

describe('another visit', () => {
  it('sends what the last one could not, with the same key', async () => {
    answer = unreachable;
    outbox.send(peer, 'one');
    await settle();
    const first = key(0);
    outbox.stop();
    answer = accept;
    outbox = visit();
    await outbox.restore();
    await settle();
    expect(key(0)).toBe(first);
    expect(timeline().history).toMatchObject([{ body: 'one' }]);
  });

  it('does not send what is discarded in another page', async () => {
    answer = unreachable;
    outbox.send(peer, 'one');
    outbox.send(peer, 'two');
    await settle();
    const first = timelines;
    const other = visit();
    await other.restore();
    await settle();
    expect(timeline().pending).toMatchObject([{ body: 'one' }, { body: 'two' }]);
    outbox.discard(peer, first.get(peer)!.get().pending[0]!.clientId);
    await vi.waitFor(() => expect(timeline().pending).toMatchObject([{ body: 'two' }]));
    answer = accept;
    other.nudge(peer);
    await settle();
    expect(bodies().slice(1)).toEqual(['two']);
    other.stop();
  });

  it('may still discard once its session is over', async () => {
    answer = unreachable;
    outbox.send(peer, 'one');
    await settle();
    outbox.stop();
    outbox.discard(peer, timeline().pending[0]!.clientId);
    await settle();
    expect(timeline().pending).toEqual([]);
    expect(await storage.all(me)).toEqual([]);
  });

  it('keeps to its owner', async () => {
    await storage.put({
      clientId: 'x',
      owner: 'someone else',
      peer,
      body: 'not mine',
      writtenAt: 0,
      failed: null,
    });
    await outbox.restore();
    expect(calls).toEqual([]);
    await outbox.clear();
    expect(await storage.all('someone else')).toHaveLength(1);
  });

  it('goes on without storage', async () => {
    const refuse = () => Promise.reject(new Error('forbidden'));
    storage = { all: refuse, put: refuse, remove: refuse, clear: refuse };
    outbox = visit();
    await outbox.restore();
    outbox.send(peer, 'one');
    await settle();
    expect(timeline().history).toHaveLength(1);
  });
});

it('rests in the browser’s database in the order of writing', async () => {
  const indexed = new IndexedOutbox();
  const one = { clientId: 'b', owner: me, peer, body: '1', writtenAt: 1, failed: null };
  await indexed.put({ ...one, clientId: 'a', body: '2', writtenAt: 2 });
  await indexed.put(one);
  await indexed.put({ ...one, clientId: 'c', owner: 'other' });
  expect((await indexed.all(me)).map(({ body }) => body)).toEqual(['1', '2']);
  await indexed.remove('a');
  expect(await indexed.all(me)).toHaveLength(1);
  await indexed.clear(me);
  expect(await indexed.all(me)).toEqual([]);
  expect(await indexed.all('other')).toHaveLength(1);
});
