import { expect, test } from './support/test.ts';

const violation = /Content Security Policy|requires 'Trusted/;

test('what slips into the page as markup does not run, and does not go unseen', async ({
  people,
  troubles,
}) => {
  troubles.expect(violation);
  const [ada] = await people('ada');
  const { page } = await ada.open();
  await expect(page).toHaveTitle('ChatApp');
  const breakIns = [
    () => {
      const script = document.createElement('script');
      script.append('document.title = "broken into"');
      document.body.append(script);
    },
    () => {
      const frame = document.createElement('iframe');
      frame.src = 'javascript:parent.document.title = "broken into"';
      document.body.append(frame);
    },
    () => document.body.setAttribute('onfocus', 'document.title = "broken into"'),
    () => Reflect.set(document.body, 'innerHTML', '<img src=x onerror=alert(1)>'),
  ];
  for (const breakIn of breakIns) {
    const before = troubles.all().length;
    await page
      .evaluate(breakIn)
      .catch((refused: unknown) => expect(String(refused)).toMatch(violation));
    await expect.poll(() => troubles.all().length).toBeGreaterThan(before);
  }
  await expect(page).toHaveTitle('ChatApp');
});

test('nothing is loaded from anywhere else', async ({ server, people }) => {
  const [ada, ben] = await people('ada', 'ben');
  const origins = new Set<string>();
  ada.context.on('request', (request) => origins.add(new URL(request.url()).origin));
  await ben.post(ada, '![](https://example.org/pixel.gif) https://example.org/');
  const chat = await ada.openChat(ben);
  await expect(chat.messages.getByRole('link').first()).toBeVisible();
  await chat.page.getByRole('button', { name: 'Account and settings' }).click();
  await expect(chat.page.getByRole('menu')).toBeVisible();
  await chat.page.goto('/api/v1/docs/');
  await expect(chat.page.getByText('/api/v1/message/').first()).toBeVisible();
  expect([...origins]).toEqual([server.url]);
});
