import type { Page } from '@playwright/test';
import type { Message } from './support/person.ts';
import { password } from './support/server.ts';
import { expect, test } from './support/test.ts';
import { refusal } from './support/troubles.ts';

/**
 * A client written for the original ChatApp, as jQuery would run it: form posts,
 * an address with a template's braces left in it, frames that hold an id only.
 */
class OriginalClient {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  post(path: string, fields: Record<string, string>) {
    return this.page.evaluate(
      async ([path, fields]) => {
        const answer = await fetch(path, {
          method: 'POST',
          headers: {
            Accept: '*/*',
            'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
            'X-Requested-With': 'XMLHttpRequest',
          },
          body: new URLSearchParams(fields),
        });
        return { status: answer.status, text: await answer.text(), url: answer.url };
      },
      [path, fields] as const,
    );
  }

  getJson<T>(path: string): Promise<T> {
    return this.page.evaluate(async (path) => {
      const accept = 'application/json, text/javascript, */*; q=0.01';
      const answer = await fetch(path, {
        headers: { Accept: accept, 'X-Requested-With': 'XMLHttpRequest' },
      });
      return (await answer.json()) as T;
    }, path);
  }

  /** Reads each message that a frame names, and returns what it has read so far when asked. */
  async listen() {
    const heard = await this.page.evaluateHandle(async () => {
      const heard = { frames: [] as string[], messages: [] as Message[] };
      // The braces are the original's own mistake.
      const socket = new WebSocket(`ws://${location.host}` + '/ws?session_key=${sessionKey}');
      socket.onmessage = async (event: MessageEvent<string>) => {
        heard.frames.push(event.data);
        const { message } = JSON.parse(event.data) as { message: string };
        const answer = await fetch(`/api/v1/message/${message}/`);
        heard.messages.push((await answer.json()) as Message);
      };
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = reject;
      });
      return heard;
    });
    return () => heard.jsonValue();
  }
}

test('a client of the original talks and listens unmodified', async ({
  server,
  newBrowser,
  troubles,
}) => {
  troubles.expect(refusal(404, '/api/v1/message/'));
  await server.createUsers('ada', 'ben');
  const enter = async (username: string) => {
    const page = await (await newBrowser()).newPage();
    // Any page will do that is on the server's own origin.
    await page.goto('/login/');
    const client = new OriginalClient(page);
    const csrfmiddlewaretoken = 'x'.repeat(64);
    const form = { csrfmiddlewaretoken, username, password, next: '/' };
    const answer = await client.post('/login/', form);
    expect(answer).toMatchObject({ status: 200, url: `${server.url}/` });
    return client;
  };
  const ada = await enter('ada');
  const ben = await enter('ben');
  const adaHears = await ada.listen();
  const benHears = await ben.listen();

  expect(await ada.getJson('/api/v1/user/')).toMatchObject([{ username: 'ben' }]);
  const sent = await ada.post('/api/v1/message/', { recipient: 'ben', body: ' Hallo & 你好 + ü ' });
  expect(sent.status).toBe(201);
  const message = JSON.parse(sent.text) as Message;
  expect(message).toMatchObject({ user: 'ada', recipient: 'ben', body: 'Hallo & 你好 + ü' });

  for (const hears of [adaHears, benHears]) {
    const frames = [JSON.stringify({ message: String(message.id) })];
    await expect.poll(async () => (await hears()).messages).toEqual([message]);
    expect((await hears()).frames.map((frame) => frame.replaceAll(' ', ''))).toEqual(frames);
  }

  const answered = await ben.post('/api/v1/message/', { recipient: 'ada', body: 'Hi' });
  const conversation = await ada.getJson<object>('/api/v1/message/?target=ben');
  expect(conversation).toMatchObject({
    count: 2,
    next: null,
    previous: null,
    results: [{ body: 'Hi' }, { body: 'Hallo & 你好 + ü' }],
  });
  await expect
    .poll(async () => (await adaHears()).messages.map(({ id }) => id))
    .toEqual([message.id, (JSON.parse(answered.text) as Message).id]);

  const refused = await ada.post('/api/v1/message/', { recipient: 'nobody', body: 'Hi' });
  expect(refused.status).toBe(404);
  expect(JSON.parse(refused.text)).toMatchObject({ detail: 'Not found.' });
});
