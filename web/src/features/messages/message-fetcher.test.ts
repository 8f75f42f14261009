import { beforeEach, expect, it } from 'vitest';
import type { Message } from '@/api/types';
import { FakeClock, settle } from '@/testing/fake-clock';
import {
  fakeServer,
  json,
  later,
  unreachable,
  type Answer,
  type Call,
} from '@/testing/fake-server';
import { message } from '@/testing/fixtures';
import { MessageFetcher } from './message-fetcher';

let clock: FakeClock;
let answer: (call: Call) => Answer;
let calls: Call[];
let arrived: Message[];
let fetcher: MessageFetcher;

const idsOf = (call: Call) => (call.query.get('ids') ?? '').split(',').map(Number);
const serve = (call: Call) => json({ results: idsOf(call).map((id) => message(id, { id })) });

beforeEach(() => {
  clock = new FakeClock();
  arrived = [];
  answer = serve;
  const server = fakeServer((call) => answer(call));
  calls = server.calls;
  fetcher = new MessageFetcher({
    api: server.api,
    clock,
    random: () => 0,
    onMessages: (messages) => arrived.push(...messages),
  });
});

it('asks for a burst with one request', async () => {
  [1, 2, 3, 2].forEach((id) => fetcher.want(id));
  await clock.pass(50);
  expect(calls.map(idsOf)).toEqual([[1, 2, 3]]);
  expect(arrived.map(({ id }) => id)).toEqual([1, 2, 3]);
});

it('asks for no more than a hundred at once', async () => {
  for (let id = 1; id <= 230; id += 1) fetcher.want(id);
  await clock.pass(50);
  expect(calls.map((call) => idsOf(call).length)).toEqual([100, 100, 30]);
  expect(arrived).toHaveLength(230);
});

it('gathers what is named while it is asking', async () => {
  const slow = later();
  answer = () => slow.promise;
  fetcher.want(1);
  await clock.pass(50);
  fetcher.want(2);
  fetcher.want(3);
  answer = serve;
  slow.resolve(json({ results: [message(1, { id: 1 })] }));
  await clock.pass(50);
  expect(calls.map(idsOf)).toEqual([[1], [2, 3]]);
});

it('asks again until the server answers', async () => {
  answer = unreachable;
  fetcher.want(1);
  await clock.pass(2_000);
  expect(calls.length).toBeGreaterThan(2);
  answer = serve;
  fetcher.nudge();
  await clock.pass(0);
  expect(arrived.map(({ id }) => id)).toEqual([1]);
  expect(clock.waiting).toBe(0);
});

it('asks again after a failure of the server, and after half an answer', async () => {
  const half = new Response(
    new ReadableStream({ start: (body) => body.error(new TypeError('cut off')) }),
    { headers: { 'Content-Type': 'application/json' } },
  );
  for (const failure of [json({ detail: 'Something broke.' }, 500), half]) {
    answer = () => failure;
    fetcher.want(1);
    await clock.pass(50);
    answer = serve;
    await clock.pass(30_000);
  }
  expect(arrived.map(({ id }) => id)).toEqual([1, 1]);
});

it('forgets what is refused or gone', async () => {
  answer = () => json({}, 400);
  fetcher.want(1);
  await clock.pass(60_000);
  expect(calls).toHaveLength(1);
  answer = () => json({ results: [] });
  fetcher.want(2);
  await clock.pass(60_000);
  expect(calls).toHaveLength(2);
});

it('stops', async () => {
  fetcher.want(1);
  fetcher.stop();
  await clock.pass(1_000);
  await settle();
  expect(calls).toEqual([]);
});
