import { beforeEach, expect, it, vi } from 'vitest';
import { FakeClock, settle } from '@/testing/fake-clock';
import {
  fakeServer,
  json,
  later,
  unreachable,
  type Answer,
  type Call,
} from '@/testing/fake-server';
import { LongPoll } from './long-poll';

const url = 'ws://page.test/ws';
const event = (pos: number) => ({
  pos,
  type: 'message',
  message: String(pos),
  conversation: 'ada',
  seq: pos,
});

let clock: FakeClock;
let calls: Call[];
let heard: Record<string, unknown>[];
let held: ReturnType<typeof later>;
/** What is answered to a request for events after a position. */
let answer: (call: Call) => Answer;
const onclose = vi.fn<(event: CloseEvent) => void>();

beforeEach(() => {
  clock = new FakeClock();
  heard = [];
  held = later();
  answer = () => held.promise;
});

function open(address: string): LongPoll {
  const server = fakeServer((call) => {
    if (call.path === '/api/v1/me/') return json({ username: 'mina' });
    if (!call.query.has('after')) return json({ epoch: 'e1', pos: 40, results: [] });
    return answer(call);
  });
  calls = server.calls;
  const poll = new LongPoll(address, { api: server.api, clock });
  poll.onmessage = ({ data }) => heard.push(JSON.parse(data as string) as Record<string, unknown>);
  poll.onclose = onclose;
  return poll;
}

const asked = () => calls.filter(({ query }) => query.has('after')).map(({ query }) => query);
const types = () => heard.map(({ type }) => type);

it('greets, tells what was missed, and then waits for more', async () => {
  const pages = [
    { epoch: 'e1', pos: 42, results: [event(41), event(42)] },
    { epoch: 'e1', pos: 43, results: [event(43)] },
  ];
  answer = () => (pages.length > 0 ? json(pages.shift()) : held.promise);
  open(`${url}?epoch=e1&pos=40`);
  await settle();
  await settle();
  expect(heard[0]).toMatchObject({ type: 'hello', user: 'mina', epoch: 'e1', pos: 40 });
  expect(types().slice(1)).toEqual(['message', 'message', 'caught_up', 'message', 'caught_up']);
  expect(asked().map((query) => [query.get('after'), query.get('wait')])).toEqual([
    ['40', '0'],
    ['42', '15'],
    ['43', '15'],
  ]);
});

it('starts from the present when nothing is known', async () => {
  open(url);
  await settle();
  expect(asked()[0]?.get('after')).toBe('40');
});

it('says when everything has to be loaded anew', async () => {
  answer = (call) =>
    call.query.get('epoch') === 'old'
      ? json({ detail: 'Reload required.', code: 'reset' }, 410)
      : held.promise;
  open(`${url}?epoch=old&pos=7`);
  await settle();
  await settle();
  expect(heard.at(-1)).toEqual({ type: 'reset', epoch: 'e1', pos: 40, results: [] });
  expect(asked().at(-1)?.get('epoch')).toBe('e1');
});

it('answers a ping with an answer of the server', async () => {
  const empty = () => json({ epoch: 'e1', pos: 40, results: [] });
  answer = (call) => (call.query.get('wait') === '0' ? empty() : held.promise);
  const poll = open(`${url}?epoch=e1&pos=40`);
  await settle();
  poll.send(JSON.stringify({ type: 'typing', conversation: 'ada', typing: true }));
  await settle();
  expect(asked().map((query) => query.get('wait'))).toEqual(['0', '15']);
  heard.length = 0;
  poll.send(JSON.stringify({ type: 'ping' }));
  // As `fetch` does, a request that is given up fails.
  const given = held;
  held = later();
  given.reject(new DOMException('given up', 'AbortError'));
  await settle();
  expect(types()).toEqual(['caught_up']);
  expect(asked().map((query) => query.get('wait'))).toEqual(['0', '15', '0']);
  await clock.pass(1_000);
  expect(asked().at(-1)?.get('wait')).toBe('15');
});

it('does not hurry where requests are not held', async () => {
  answer = () => json({ epoch: 'e1', pos: 40, results: [] });
  open(`${url}?epoch=e1&pos=40`);
  await settle();
  expect(asked()).toHaveLength(2);
  await clock.pass(5_000);
  expect(asked()).toHaveLength(7);
});

it('ends when nobody answers, when the session is over, or when it is closed', async () => {
  answer = unreachable;
  open(url);
  await settle();
  expect(onclose.mock.lastCall?.[0].code).toBe(4000);

  answer = () => json({ detail: 'x', code: 'not_authenticated' }, 403);
  open(url);
  await settle();
  expect(onclose.mock.lastCall?.[0].code).toBe(4401);

  onclose.mockClear();
  answer = () => held.promise;
  const poll = open(url);
  await settle();
  poll.close();
  held.resolve(json({ epoch: 'e1', pos: 41, results: [event(41)] }));
  await settle();
  expect(onclose).not.toHaveBeenCalled();
  expect(types()).not.toContain('message');
});

it('ends by itself after a while, so that a socket is tried again', async () => {
  open(url);
  await settle();
  await clock.pass(11 * 60_000);
  held.resolve(json({ epoch: 'e1', pos: 40, results: [] }));
  await settle();
  expect(onclose.mock.lastCall?.[0].code).toBe(1012);
});
