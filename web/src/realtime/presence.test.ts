import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '@/testing/fake-clock';
import { user } from '@/testing/fixtures';
import { Presence } from './presence';

let clock: FakeClock;
let watched: string[][];
let presence: Presence;

beforeEach(() => {
  clock = new FakeClock();
  watched = [];
  presence = new Presence(clock, (users) => watched.push(users));
});

it('follows whom it meets, once', () => {
  presence.meet([user('ada', { online: true }), user('bruno')]);
  presence.meet([user('ada', { online: true })]);
  expect(watched).toEqual([['ada', 'bruno']]);
  expect(presence.online.get().get('ada')).toBe(true);
  presence.heard('ada', false);
  expect(presence.online.get().get('ada')).toBe(false);
  presence.watchAgain();
  expect(watched).toHaveLength(2);
});

it('follows no more people than a server would bear', () => {
  const crowd = Array.from({ length: 500 }, (_, index) => user(`user${index}`));
  presence.meet(crowd);
  presence.meet([user('late')]);
  expect(watched.at(-1)!.length).toBe(200);
  expect(watched.at(-1)![0]).toBe('late');
});

it('lets typing end by itself, with a message, or when someone leaves', async () => {
  presence.typed('ada', true);
  await clock.pass(5_000);
  presence.typed('ada', true);
  await clock.pass(5_000);
  expect(presence.typing.get().has('ada')).toBe(true);
  await clock.pass(1_500);
  expect(presence.typing.get().has('ada')).toBe(false);
  presence.meet([user('ada', { online: true })]);
  presence.typed('ada', true);
  presence.heard('ada', false);
  expect(presence.typing.get().has('ada')).toBe(false);
});

it('knows when people were here last, as far as they share it', () => {
  presence.meet([user('ada', { last_seen: '2026-11-24T10:00:00Z' }), user('bruno')]);
  expect(presence.lastSeen.get().get('ada')).toEqual(new Date('2026-11-24T10:00:00Z'));
  expect(presence.lastSeen.get().has('bruno')).toBe(false);
  presence.meet([user('ada', { last_seen: '2026-11-24T09:00:00Z' })]);
  expect(presence.lastSeen.get().get('ada')).toEqual(new Date('2026-11-24T10:00:00Z'));
  presence.heard('bruno', true);
  presence.heard('bruno', false);
  expect(presence.lastSeen.get().get('bruno')).toEqual(new Date(clock.now()));
});
