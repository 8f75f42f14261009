import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '@/testing/fake-clock';
import { fakeServer, json, unreachable, type Answer, type Call } from '@/testing/fake-server';
import { DeliveryReporter } from './delivery-reporter';

let clock: FakeClock;
let answer: () => Answer;
let calls: Call[];
let reporter: DeliveryReporter;

beforeEach(() => {
  clock = new FakeClock();
  answer = () => new Response(null, { status: 204 });
  const server = fakeServer(() => answer());
  calls = server.calls;
  reporter = new DeliveryReporter({ api: server.api, clock, random: () => 0 });
});

const told = () => calls.map(({ path, body }) => [path, (body as { seq: number }).seq]);
const pathTo = (peer: string) => `/api/v1/conversation/${peer}/delivered/`;

it('tells of many messages with one request for each person', async () => {
  [3, 1, 4, 2].forEach((seq) => reporter.received('ada', seq));
  reporter.received('a/b', 7);
  await clock.pass(399);
  expect(calls).toHaveLength(0);
  await clock.pass(1);
  expect(told()).toEqual([
    [pathTo('ada'), 4],
    [pathTo('a%2Fb'), 7],
  ]);
  expect(calls[0]?.method).toBe('PUT');
});

it('never goes back, and says nothing twice', async () => {
  reporter.received('ada', 4);
  await clock.pass(400);
  [4, 2].forEach((seq) => reporter.received('ada', seq));
  await clock.pass(60_000);
  expect(calls).toHaveLength(1);
});

it('leaves out what was read meanwhile', async () => {
  reporter.received('ada', 4);
  reporter.received('ben', 2);
  reporter.read('ada', 5);
  await clock.pass(400);
  expect(told()).toEqual([[pathTo('ben'), 2]]);
});

it('tries again when the server was away, with the newest position', async () => {
  answer = unreachable;
  reporter.received('ada', 1);
  await clock.pass(400);
  reporter.received('ada', 9);
  answer = () => new Response(null, { status: 204 });
  await clock.pass(250);
  expect(told().map(([, seq]) => seq)).toEqual([1, 9]);
});

it('goes on at once when it is told that the server is back', async () => {
  answer = unreachable;
  reporter.received('ada', 1);
  await clock.pass(400);
  answer = () => new Response(null, { status: 204 });
  reporter.nudge();
  await clock.pass(0);
  expect(calls).toHaveLength(2);
  expect(clock.waiting).toBe(0);
});

it('accepts a refusal', async () => {
  answer = () => json({ detail: 'Not found.' }, 404);
  reporter.received('ada', 1);
  await clock.pass(60_000);
  expect(calls).toHaveLength(1);
  expect(clock.waiting).toBe(0);
});
