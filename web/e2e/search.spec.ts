import type { Person } from './support/person.ts';
import { scrollUntil } from './support/scrolling.ts';
import { expect, test } from './support/test.ts';

const total = 130;

test('one box finds people and messages, and leads to the message in its place', async ({
  people,
}) => {
  const [ada, ben] = await people('ada', 'ben', 'needles');
  await talk(ada, ben);
  // The index is filled behind the sends.
  const found = async () => {
    const answer = await ada.api.get('/api/v1/message/?search=needle');
    return ((await answer.json()) as { results: unknown[] }).results.length;
  };
  await expect.poll(found).toBe(2);
  const chat = await ada.open();
  await chat.search.fill('needle');
  await expect(chat.found('People').getByRole('link', { name: /^needles/ })).toBeVisible();
  const hits = chat.found('Messages').getByRole('link');
  await expect(hits).toHaveCount(2);
  await expect(hits.first()).toContainText('another needle');
  await expect(hits.locator('mark').first()).toHaveText(/needle/i);

  await hits.last().click();
  await expect(chat.page).toHaveURL('/c/ben/?at=20');
  await expect(chat.message('a needle, number 20')).toBeInViewport();
  await expect(chat.message('a needle, number 20')).toBeFocused();
  await expect(chat.message('number 19')).toBeVisible();
  await expect(chat.message(`number ${total}`)).toHaveCount(0);
});

test('from the middle one reads on to the end, or goes there at once', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await talk(ada, ben);
  const chat = await ada.open('/c/ben/?at=20');
  await expect(chat.message('a needle, number 20')).toBeInViewport();
  await ben.post(ada, 'late news');
  const jump = chat.page.getByRole('button', { name: /jump to the latest/i });
  await jump.click();
  await expect(chat.message('late news')).toBeInViewport();
  await expect(chat.page).toHaveURL('/c/ben/');
  await expect(jump).toBeHidden();

  const again = await ada.open('/c/ben/?at=20');
  await expect(again.message('a needle, number 20')).toBeInViewport();
  await scrollUntil(again, 600, () => again.message('late news').isVisible());
  await again.send('and back');
  await expect(again.message('and back')).toBeInViewport();
});

test('who writes in the middle sees it at the end', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  await talk(ada, ben);
  const chat = await ada.open('/c/ben/?at=20');
  await expect(chat.message('a needle, number 20')).toBeInViewport();
  await chat.send('from up here');
  await expect(chat.message('from up here')).toBeInViewport();
  await expect(chat.message(`number ${total}`)).toBeVisible();
  await expect(chat.page).toHaveURL('/c/ben/');
});

test('what nobody is called and nobody wrote is said to be nowhere', async ({ people }) => {
  const [ada] = await people('ada', 'ben');
  const chat = await ada.open();
  await chat.search.fill('zzz');
  await expect(chat.page.getByText('Nobody is called “zzz”.')).toBeVisible();
  await expect(chat.page.getByText('No message has “zzz” in it.')).toBeVisible();
});

async function talk(ada: Person, ben: Person): Promise<void> {
  const bodies = Array.from({ length: total }, (_, index) => `number ${index + 1}`);
  bodies[19] = 'a needle, number 20';
  bodies[59] = 'another needle, number 60';
  await ada.postAll(ben, bodies);
}
