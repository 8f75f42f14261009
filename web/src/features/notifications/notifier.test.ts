import { beforeEach, expect, it, vi } from 'vitest';
import { FakeClock } from '@/testing/fake-clock';
import { me, message, mine, peer } from '@/testing/fixtures';
import { Notifier } from './notifier';

let clock: FakeClock;
let looking: boolean;
let open: string | null;
let read: number;
let muted: boolean;
let notifier: Notifier;
const show = vi.fn();
const chime = vi.fn();

beforeEach(() => {
  clock = new FakeClock();
  looking = false;
  open = null;
  read = 0;
  muted = false;
  show.mockClear();
  chime.mockClear();
  notifier = new Notifier({
    clock,
    me,
    looking: () => looking,
    open: () => open,
    isMuted: () => muted,
    isRead: (_, seq) => seq <= read,
    nameOf: (name) => name.toUpperCase(),
    countOf: (count) => `${count} new`,
    show,
    chime,
  });
});

it('tells of a message while nobody looks', async () => {
  notifier.arrived(message(1, { body: 'hello' }));
  expect(show).not.toHaveBeenCalled();
  await clock.pass(1_000);
  expect(show).toHaveBeenCalledExactlyOnceWith({ peer, title: 'ADA', body: 'hello' });
  expect(chime).toHaveBeenCalledOnce();
});

it('tells once of many that come together', async () => {
  [1, 2, 3].forEach((seq) => notifier.arrived(message(seq)));
  await clock.pass(1_000);
  expect(show).toHaveBeenCalledExactlyOnceWith({ peer, title: 'ADA', body: '3 new' });
});

it('says nothing of what was read elsewhere meanwhile', async () => {
  notifier.arrived(message(4));
  read = 4;
  await clock.pass(1_000);
  expect(show).not.toHaveBeenCalled();
  expect(chime).not.toHaveBeenCalled();
});

it('says nothing of what one writes oneself, or has muted', async () => {
  notifier.arrived(mine(1));
  muted = true;
  notifier.arrived(message(2));
  await clock.pass(1_000);
  expect(show).not.toHaveBeenCalled();
});

it('only makes itself heard to who looks at something else here', async () => {
  looking = true;
  open = peer;
  notifier.arrived(message(1));
  expect(chime).not.toHaveBeenCalled();
  open = 'bruno';
  notifier.arrived(message(2));
  expect(chime).toHaveBeenCalledOnce();
  await clock.pass(1_000);
  expect(show).not.toHaveBeenCalled();
});

it('is silent once it has ended', async () => {
  notifier.arrived(message(1));
  notifier.stop();
  await clock.pass(1_000);
  expect(show).not.toHaveBeenCalled();
  expect(clock.waiting).toBe(0);
});
