import { expect, test } from './support/test.ts';
import { awkward, longest } from './support/texts.ts';

for (const [name, bodies] of Object.entries(awkward)) {
  test(`${name} is shown as it was typed, and kept byte for byte`, async ({ people }) => {
    const [ada, ben] = await people('ada', 'ben');
    const chat = await ada.openChat(ben);
    const other = await ben.openChat(ada);
    for (const body of bodies) {
      await chat.send(body);
      await chat.expectLatest(body);
      await other.expectLatest(body);
    }
    for (const { messages } of [chat, other]) {
      await expect(messages.locator('script, img, svg[onload], iframe, form, b')).toHaveCount(0);
      await expect(messages.locator('a:not([href^="http"])')).toHaveCount(0);
    }
    for (const reader of [ada, ben]) {
      const kept = await reader.conversation(reader === ada ? ben : ada);
      const bytes = (text: string) => Buffer.from(text).toString('hex');
      expect(kept.map((message) => bytes(message.body))).toEqual(bodies.map(bytes));
    }
  });
}

test('a message is as long as 4,000 characters and no longer', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const other = await ben.openChat(ada);
  expect(Array.from(longest)).toHaveLength(4_000);
  await chat.composer.fill(`${longest}!`);
  await expect(chat.page.getByText('1 character too many')).toBeVisible();
  await chat.composer.press('Enter');
  await expect(chat.composer).toHaveValue(`${longest}!`);

  await chat.send(longest);
  await other.expectLatest(longest);
  expect((await ben.conversation(ada)).map(({ body }) => body)).toEqual([longest]);

  const data = { recipient: 'ben', body: `${longest}!` };
  const refused = await ada.api.post('/api/v1/message/', { data });
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toHaveProperty('body');
});

test('addresses of the web become links that give nothing away', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  const body = 'See https://example.org/a?b=1&c=<d>#e, or javascript:alert(1), or www.example.com.';
  await chat.send(body);
  await chat.expectLatest(body);
  const link = chat.messages.getByRole('link').first();
  await expect(link).toHaveAttribute('href', /^https:\/\/example\.org\/a\?b=1&c=/);
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(link).toHaveAttribute('rel', /noopener.*noreferrer/);
  await expect(chat.messages.locator('a[href^="javascript" i]')).toHaveCount(0);
});

test('text runs in the direction of its own script', async ({ people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const chat = await ada.openChat(ben);
  for (const [body, direction] of [
    ['مرحبا Ben', 'rtl'],
    ['שלום Ben', 'rtl'],
    ['Ben said مرحبا', 'ltr'],
  ] as const) {
    await chat.send(body);
    await chat.expectLatest(body);
    await expect(chat.bodies.last()).toHaveCSS('direction', direction);
  }
});
