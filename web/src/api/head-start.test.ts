import { expect, it, vi } from 'vitest';
import { HeadStart } from './head-start';

const get = { method: 'GET' };
const asked = (body: string) => Promise.resolve(new Response(body));
const text = async (answer: Promise<Response>) => await (await answer).text();

function headStart(...started: [string, Promise<Response>][]) {
  const fetcher = vi.fn<typeof fetch>(() => asked('anew'));
  return { fetcher, early: new HeadStart(new Map(started), fetcher) };
}

it('hands over what was asked for already, once', async () => {
  const { early, fetcher } = headStart(['/me/', asked('early')]);
  expect(await text(early.fetch('/me/', get))).toBe('early');
  expect(fetcher).not.toHaveBeenCalled();
  expect(await text(early.fetch('/me/', get))).toBe('anew');
});

it('asks for everything else', async () => {
  const { early } = headStart(['/me/', asked('early')]);
  expect(await text(early.fetch('/user/', get))).toBe('anew');
  expect(await text(early.fetch('/me/', { method: 'DELETE' }))).toBe('anew');
});

it('asks again for what has failed', async () => {
  const { early } = headStart(['/me/', Promise.reject(new TypeError('Failed to fetch'))]);
  expect(await text(early.fetch('/me/', get))).toBe('anew');
});

it('waits no longer than whoever asks', async () => {
  const { early } = headStart(['/me/', new Promise(() => undefined)]);
  const abort = new AbortController();
  const answer = early.fetch('/me/', { ...get, signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(answer).rejects.toThrow('enough');
});

it('forgets what may be out of date', async () => {
  const { early } = headStart(['/me/', asked('early')]);
  early.drop();
  expect(await text(early.fetch('/me/', get))).toBe('anew');
});
