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
import { conversation, me, message, messages, peer } from '@/testing/fixtures';
import { TimelineStore } from './timeline-store';

let clock: FakeClock;
let answer: (call: Call) => Answer;
let calls: Call[];
let store: TimelineStore;
const onMessages = vi.fn();
const onConversation = vi.fn();

/** A conversation of so many messages, as the server tells it. */
function serving(count: number) {
  return (call: Call) => {
    const all = messages(1, count);
    // What `messages_to_load` says.
    const limit = Number(call.query.get('limit') ?? 15);
    const after = call.query.get('after_seq');
    if (after !== null) {
      const results = all.filter(({ seq }) => seq > Number(after)).slice(0, limit);
      return json({ results, last_seq: count });
    }
    const before = Number(call.query.get('before_seq'));
    const results = all
      .filter(({ seq }) => seq < before)
      .slice(-limit)
      .reverse();
    return json({ results, last_seq: count });
  };
}

beforeEach(() => {
  clock = new FakeClock();
  const server = fakeServer((call) => answer(call));
  calls = server.calls;
  store = new TimelineStore(peer, {
    api: server.api,
    clock,
    random: () => 0,
    pageSize: 15,
    onMessages,
    onConversation,
  });
});

const seqs = () => store.get().history.map(({ seq }) => seq);
const last = () => store.get().history.at(-1)?.seq;

describe('loading', () => {
  it('asks for the latest page once', async () => {
    answer = serving(40);
    await Promise.all([store.open(), store.open()]);
    await store.open();
    expect(calls).toHaveLength(1);
    expect(calls[0]!.query.get('before_seq')).toBe(String(Number.MAX_SAFE_INTEGER));
    // As many as the server thinks right, which the page need not know yet.
    expect(calls[0]!.query.has('limit')).toBe(false);
    expect(seqs()).toEqual(messages(26, 40).map(({ seq }) => seq));
  });

  it('loads older pages one at a time, to the beginning', async () => {
    answer = serving(40);
    await store.open();
    await Promise.all([store.loadOlder(), store.loadOlder()]);
    expect(calls).toHaveLength(2);
    expect(seqs()).toHaveLength(40);
    await store.loadOlder();
    expect(calls).toHaveLength(2);
  });

  it('stops at what is older than messages are kept', async () => {
    const kept = (call: Call) => {
      const body = { results: messages(31, 60).reverse(), last_seq: 60, forgotten_seq: 30 };
      return json(call.query.get('before_seq') === '31' ? { ...body, results: [] } : body);
    };
    answer = kept;
    await store.open();
    await store.loadOlder();
    expect(calls).toHaveLength(1);
    expect(store.get().forgottenSeq).toBe(30);
  });

  it('does not ask again for older messages that are not there', async () => {
    answer = serving(40);
    await store.open();
    answer = () => json({ results: [], last_seq: 40 });
    await store.loadOlder();
    await store.loadOlder();
    expect(calls).toHaveLength(2);
  });

  it('tries again by itself when the server was away', async () => {
    answer = unreachable;
    await store.open();
    expect(store.get()).toMatchObject({ status: 'failed', problem: 'unreachable' });
    answer = serving(3);
    await clock.pass(1_000);
    expect(store.get().status).toBe('ready');
    expect(clock.waiting).toBe(0);
  });

  it('does not insist on what is refused', async () => {
    answer = () => json({ detail: 'Not found.' }, 404);
    await store.open();
    await clock.pass(60_000);
    expect(calls).toHaveLength(1);
  });

  it('remembers a failed older page, and asks again when the server is back', async () => {
    answer = serving(80);
    await store.open();
    answer = unreachable;
    await store.loadOlder();
    expect(store.get().older).toBe('failed');
    answer = serving(80);
    store.nudge();
    await settle();
    expect(seqs()).toHaveLength(65);
  });
});

describe('holes', () => {
  it('are filled with everything after the history, page by page', async () => {
    answer = serving(5);
    await store.open();
    answer = serving(230);
    store.dispatch({ type: 'received', messages: [message(230)] });
    await settle();
    expect(calls.slice(1).map(({ query }) => query.get('after_seq'))).toEqual(['5', '105', '205']);
    expect(last()).toBe(230);
  });

  it('are asked for once at a time', async () => {
    answer = serving(5);
    await store.open();
    const slow = later();
    answer = () => slow.promise;
    store.dispatch({ type: 'received', messages: [message(8)] });
    store.dispatch({ type: 'received', messages: [message(9)] });
    expect(calls).toHaveLength(2);
    slow.resolve(json({ results: messages(6, 9), last_seq: 9 }));
    await settle();
    expect(calls).toHaveLength(2);
    expect(last()).toBe(9);
  });

  it('are passed over where the messages are gone', async () => {
    answer = serving(5);
    await store.open();
    answer = () => json({ results: messages(101, 103), last_seq: 103, forgotten_seq: 100 });
    store.dispatch({ type: 'received', messages: [message(103)] });
    await settle();
    expect(calls).toHaveLength(2);
    expect(seqs()).toEqual([101, 102, 103]);
  });

  it('are filled later when the server was away', async () => {
    answer = serving(5);
    await store.open();
    answer = () => json({}, 503, { 'Retry-After': '4' });
    store.dispatch({ type: 'received', messages: [message(8)] });
    await clock.pass(3_900);
    expect(calls).toHaveLength(2);
    answer = serving(8);
    await clock.pass(200);
    expect(last()).toBe(8);
  });

  it('do not keep asking a server that does not know the missing ones', async () => {
    answer = serving(5);
    await store.open();
    store.dispatch({ type: 'received', messages: [message(8)] });
    await settle();
    expect(calls.length).toBeLessThan(5);
    expect(last()).toBe(5);
  });
});

describe('reading', () => {
  it('is told to the server once, up to the latest', async () => {
    answer = serving(5);
    await store.open();
    const slow = later();
    answer = () => slow.promise;
    void store.markRead();
    void store.markRead();
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatchObject({ method: 'PUT', body: { seq: 5 } });
    slow.resolve(json(conversation(peer, { read_seq: 5, peer_read_seq: 2 })));
    await settle();
    expect(store.get()).toMatchObject({ readSeq: 5, peerReadSeq: 2 });
    expect(onConversation).toHaveBeenCalledOnce();
    await store.markRead();
    expect(calls).toHaveLength(2);
  });

  it('marks what came while it was marking', async () => {
    answer = serving(5);
    await store.open();
    const slow = later();
    answer = () => slow.promise;
    void store.markRead();
    store.dispatch({ type: 'received', messages: [message(6)] });
    answer = () => json(conversation(peer, { read_seq: 6 }));
    slow.resolve(json(conversation(peer, { read_seq: 5 })));
    await settle();
    expect(calls.at(-1)).toMatchObject({ body: { seq: 6 } });
    expect(store.get().readSeq).toBe(6);
  });

  it('forgives a failure until the next occasion', async () => {
    answer = serving(5);
    await store.open();
    answer = unreachable;
    await store.markRead();
    expect(store.get().readSeq).toBe(0);
  });

  it('is told once more after a failure, up to where was read then', async () => {
    answer = serving(5);
    await store.open();
    answer = unreachable;
    await store.markRead();
    store.dispatch({ type: 'received', messages: [message(6)], lastSeq: 6 });
    answer = () => json(conversation(peer, { read_seq: 5, last_seq: 6 }));
    await clock.pass(60_000);
    expect(calls.at(-1)).toMatchObject({ method: 'PUT', body: { seq: 5 } });
    expect(store.get().readSeq).toBe(5);
  });

  it('is told to nobody after the end of the session', async () => {
    answer = serving(5);
    await store.open();
    answer = unreachable;
    await store.markRead();
    const before = calls.length;
    store.stop();
    await clock.pass(60_000);
    store.nudge();
    await settle();
    expect(calls).toHaveLength(before);
  });
});

it('loads everything again after a reset, and keeps what is not sent', async () => {
  answer = serving(20);
  await store.open();
  store.dispatch({
    type: 'queued',
    outgoing: { clientId: 'a', body: 'x', writtenAt: 0, state: 'waiting', problem: null },
  });
  answer = serving(2);
  store.reset();
  await settle();
  expect(seqs()).toEqual([1, 2]);
  expect(store.get().pending).toHaveLength(1);
  expect(me).not.toBe(peer);
});

describe('jumping', () => {
  it('loads what is around a message, and reads on from there', async () => {
    answer = serving(200);
    await store.open();
    await Promise.all([store.jumpTo(50), store.jumpTo(50)]);
    expect(calls).toHaveLength(3);
    expect(seqs()).toEqual(messages(21, 80).map(({ seq }) => seq));
    await settle();
    expect(calls).toHaveLength(3);
    await Promise.all([store.loadNewer(), store.loadNewer()]);
    expect(last()).toBe(130);
    expect(calls).toHaveLength(4);
  });

  it('asks for nothing when the message is here', async () => {
    answer = serving(200);
    await store.open();
    await store.jumpTo(190);
    expect(calls).toHaveLength(1);
    expect(store.get().spotlight).toEqual({ seq: 190 });
  });

  it('goes back to an end that it knows without asking', async () => {
    answer = serving(200);
    await store.open();
    await store.jumpTo(50);
    await store.returnToEnd();
    expect(calls).toHaveLength(3);
    expect(last()).toBe(200);
  });

  it('loads an end that it does not know', async () => {
    answer = serving(200);
    await store.jumpTo(50);
    await store.returnToEnd();
    expect(calls).toHaveLength(3);
    expect(seqs()).toEqual(messages(186, 200).map(({ seq }) => seq));
  });

  it('marks nothing as read from the middle', async () => {
    answer = serving(200);
    await store.jumpTo(50);
    await store.markRead();
    expect(calls.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('tries again by itself when the server was away', async () => {
    answer = unreachable;
    await store.jumpTo(50);
    expect(store.get().status).toBe('failed');
    answer = serving(200);
    await clock.pass(250);
    expect(store.get().spotlight).toEqual({ seq: 50 });
    expect(seqs()).toEqual(messages(21, 80).map(({ seq }) => seq));
  });

  it('is not overtaken by the latest messages', async () => {
    const slow = later();
    answer = (call) => (calls.length === 1 ? slow.promise : serving(200)(call));
    const opening = store.open();
    await store.jumpTo(50);
    slow.resolve(json({ results: messages(186, 200), last_seq: 200 }));
    await opening;
    expect(last()).toBe(80);
    await store.returnToEnd();
    expect(last()).toBe(200);
  });

  it('waits for its own answer when the connection comes back meanwhile', async () => {
    answer = serving(200);
    const jumping = store.jumpTo(50);
    store.nudge();
    await jumping;
    expect(calls).toHaveLength(2);
    expect(last()).toBe(80);
  });
});
