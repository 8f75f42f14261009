import { expect, type BrowserContext, type Locator, type Route } from '@playwright/test';
import type { Chat } from './chat.ts';

/** Turns the wheel over the messages, by so many pixels at a time, until `done`, and until they rest. */
export async function scrollUntil(
  chat: Chat,
  by: number,
  done: () => Promise<boolean>,
): Promise<void> {
  await chat.messages.hover();
  const step = async () => {
    if (await done()) return true;
    await chat.page.mouse.wheel(0, by);
    return false;
  };
  await expect.poll(step, { intervals: [50] }).toBe(true);
  await expectRest(chat.messages);
}

/** What a turn of the wheel still moves has come to its end. */
export async function expectRest(scroller: Locator): Promise<void> {
  const moved = () =>
    scroller.evaluate(async (element) => {
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const before = element.scrollTop;
      for (let frames = 0; frames < 5; frames += 1) await frame();
      return element.scrollTop - before;
    });
  await expect.poll(moved, { intervals: [0] }).toBe(0);
}

/** Holds back the next request for this, until the answer is called. */
export async function hold(context: BrowserContext, address: RegExp): Promise<() => Promise<void>> {
  let arrive: (route: Route) => void = () => undefined;
  const held = new Promise<Route>((resolve) => (arrive = resolve));
  await context.route(address, (route) => arrive(route), { times: 1 });
  return async () => await (await held).continue();
}
