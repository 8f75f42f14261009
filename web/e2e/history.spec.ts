import type { Locator } from '@playwright/test';
import type { Chat } from './support/chat.ts';
import type { Person } from './support/person.ts';
import { hold, scrollUntil } from './support/scrolling.ts';
import { expect, test } from './support/test.ts';

const total = 60;

test('the latest fifteen come first', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await talk(ada, ben);
  const pages: Promise<number[]>[] = [];
  ada.context.on('response', (response) => {
    if (!response.url().includes('before_seq=')) return;
    const page = response.json() as Promise<{ results: { seq: number }[] }>;
    pages.push(page.then(({ results }) => results.map(({ seq }) => seq)));
  });
  const chat = await ada.open();
  await chat.person('ben').click();
  await expect(chat.message('number 60')).toBeInViewport();
  const shown = numbersIn(await chat.bodies.allTextContents());
  expect(shown).toEqual(upTo(total).slice(-shown.length));
  expect(await Promise.all(pages)).toEqual([upTo(total).slice(-15).reverse()]);
});

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`it opens where the new messages begin, motion: ${reducedMotion}`, async ({ people }) => {
    const [ada, ben] = await people('ada', 'ben');
    await talk(ada, ben);
    await ben.markRead(ada, total - 3);
    const chat = await ben.open();
    await chat.page.emulateMedia({ reducedMotion });
    await chat.person('ada').click();
    await expect(chat.messages.getByText('New messages')).toBeInViewport();
    await expect(chat.message('number 58')).toBeInViewport();
    await expect(chat.message('number 60')).toBeInViewport();
    await expect(chat.person('ada')).not.toContainText('unread');
  });
}

test('what was not scrolled to is not said to be read', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await talk(ada, ben);
  await ben.markRead(ada, 45);
  const chat = await ben.openChat(ada);
  await expect(chat.messages.getByText('New messages')).toBeInViewport();
  await expect(chat.message('number 60')).not.toBeInViewport();
  await ada.post(ben, 'late news');
  const jump = chat.page.getByRole('button', { name: '11 new messages, jump to the latest' });
  await jump.click();
  await expect(chat.message('late news')).toBeInViewport();
  await expect(chat.person('ada')).not.toContainText('unread');
});

for (const read of [true, false]) {
  const kind = read ? 'a read' : 'an unread';
  test(`older ones of ${kind} conversation come above, and nothing jumps`, async ({ people }) => {
    const [ada, ben] = await people('ada', 'ben');
    await talk(ada, ben);
    if (!read) await ada.markRead(ben, total);
    const reader = read ? ada : ben;
    // The older messages are held back until the view rests at the top of what is there.
    const release = await hold(reader.context, /before_seq=46\b/);
    const chat = await reader.openChat(read ? ben : ada);
    await expect(chat.message(read ? 'number 60' : 'number 46')).toBeInViewport();
    const loading = chat.page.getByText('Loading older messages');
    await scrollUpUntil(
      chat,
      async () =>
        (await loading.isVisible()) && chat.messages.evaluate((list) => list.scrollTop === 0),
    );
    const place = await watchPlace(chat.message('number 46'));
    await release();
    await expect(chat.message('number 45')).toHaveCount(1);
    await expect(loading).toBeHidden();
    const { first, least, most } = await place();
    expect(Math.max(first - least, most - first), 'pixels strayed').toBeLessThanOrEqual(3);

    const start = chat.page.getByText('This is the beginning of your conversation with');
    await scrollUpUntil(chat, () => start.isVisible());
    expect(await readToTheEnd(chat)).toEqual(upTo(total));
  });
}

test('older messages that begin a run move none of it', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  for (const number of upTo(total)) await ada.post(ben, `number ${number}`);
  await ben.markRead(ada, total);
  const release = await hold(ben.context, /before_seq=46\b/);
  const chat = await ben.openChat(ada);
  await expect(chat.message('number 60')).toBeInViewport();
  const loading = chat.page.getByText('Loading older messages');
  await scrollUpUntil(chat, () => loading.isVisible());
  const places = await Promise.all(
    [46, 47, 48].map((number) => watchPlace(chat.message(`number ${number}`))),
  );
  await release();
  await expect(chat.message('number 45')).toHaveCount(1);
  await expect(loading).toBeHidden();
  for (const place of places) {
    const { first, least, most } = await place();
    expect(Math.max(first - least, most - first), 'pixels strayed').toBeLessThanOrEqual(2);
  }
});

test('a message that arrives does not pull down who reads further up', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await talk(ada, ben);
  const chat = await ada.openChat(ben);
  await expect(chat.message('number 60')).toBeInViewport();
  await scrollUpUntil(chat, () => chat.message('number 40').isVisible());
  const place = await watchPlace(chat.message('number 40'));
  await ben.post(ada, 'late news');
  const jump = chat.page.getByRole('button', { name: '1 new message, jump to the latest' });
  await expect(jump).toBeVisible();
  const { least, most } = await place();
  expect(most - least, 'pixels strayed').toBeLessThanOrEqual(3);
  await jump.click();
  await expect(chat.message('late news')).toBeInViewport();
  await expect(jump).toBeHidden();
});

/** Read to the end by Ada, and by Ben not at all. */
async function talk(ada: Person, ben: Person): Promise<void> {
  for (const number of upTo(total)) {
    // Tall enough that fifteen of them are more than the window shows.
    const body = `number ${number}${'\nand one more line'.repeat(number % 3)}`;
    await (number % 3 === 0 ? ben.post(ada, body) : ada.post(ben, body));
  }
  await ada.markRead(ben, total);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function numbersIn(bodies: string[]): number[] {
  return bodies.map((body) => Number(/^number (\d+)/.exec(body)?.[1]));
}

async function scrollUpUntil(chat: Chat, done: () => Promise<boolean>): Promise<void> {
  await scrollUntil(chat, -300, done);
}

/** Every message that comes by on the way down, each once. */
async function readToTheEnd(chat: Chat): Promise<number[]> {
  const seen = new Set<number>();
  let last = -1;
  const step = async () => {
    const inPage = numbersIn(await chat.bodies.allTextContents());
    // Only a part is in the page at a time, without holes and with nothing twice.
    expect(inPage).toEqual(upTo(inPage.at(-1) ?? 0).slice(-inPage.length));
    inPage.forEach((number) => seen.add(number));
    // The wheel must not run ahead of what is read.
    const place = await chat.messages.evaluate((list) => list.scrollTop);
    if (place === last) await chat.page.mouse.wheel(0, 300);
    last = place;
    return seen.has(total);
  };
  await expect.poll(step, { intervals: [50] }).toBe(true);
  return [...seen];
}

/** Follows from frame to frame where an element stands; the answer says how far it strayed. */
async function watchPlace(locator: Locator) {
  const record = await locator.evaluateHandle((node) => {
    const { y } = node.getBoundingClientRect();
    const range = { first: y, least: y, most: y };
    const look = () => {
      // Out of the page for a moment is a jump, too.
      const y = node.isConnected ? node.getBoundingClientRect().y : Infinity;
      range.least = Math.min(range.least, y);
      range.most = Math.max(range.most, y);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return range;
  });
  return () => record.jsonValue();
}
