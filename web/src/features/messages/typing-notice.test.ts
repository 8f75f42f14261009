import { expect, it } from 'vitest';
import { FakeClock } from '@/testing/fake-clock';
import { TypingNotice } from './typing-notice';

it('tells seldom, and when it is over', async () => {
  const clock = new FakeClock();
  const told: boolean[] = [];
  const notice = new TypingNotice((typing) => told.push(typing), clock);
  for (let key = 0; key < 8; key += 1) {
    notice.typed('hello');
    await clock.pass(500);
  }
  expect(told).toEqual([true, true]);
  await clock.pass(6_000);
  expect(told).toEqual([true, true, false]);
});

it('does not flood a server while short messages fly', () => {
  const told: boolean[] = [];
  const notice = new TypingNotice((typing) => told.push(typing), new FakeClock());
  for (let message = 0; message < 50; message += 1) {
    notice.typed('ok');
    notice.typed('');
  }
  notice.stop();
  expect(told).toEqual([true, false]);
});

it('says soon that the next message is being typed', async () => {
  const clock = new FakeClock();
  const told: boolean[] = [];
  const notice = new TypingNotice((typing) => told.push(typing), clock);
  notice.typed('one');
  notice.typed('');
  notice.typed('t');
  expect(told).toEqual([true, false]);
  await clock.pass(1_000);
  expect(told).toEqual([true, false, true]);
});

it('forgets what was sent before it could be told', async () => {
  const clock = new FakeClock();
  const told: boolean[] = [];
  const notice = new TypingNotice((typing) => told.push(typing), clock);
  for (const text of ['one', '', 'two', '']) notice.typed(text);
  await clock.pass(10_000);
  expect(told).toEqual([true, false]);
});
