import { describe, expect, it, vi } from 'vitest';
import { fakeServer, json, unreachable } from '@/testing/fake-server';
import { ApiClient } from './client';
import { nextLink, pathOf } from './link-header';
import { ApiProblem } from './problem';

async function problemOf(promise: Promise<unknown>): Promise<ApiProblem> {
  const reason: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(reason instanceof ApiProblem)) throw new Error('no ApiProblem');
  return reason;
}

describe('requests', () => {
  it('carry what they are given as JSON, and leave out what is undefined', async () => {
    const { api, calls } = fakeServer(() => json({ id: 1 }, 201));
    const answer = await api.post('/api/v1/message/', {
      query: { a: 'x y', b: undefined, c: 3 },
      body: { body: 'hi' },
      headers: { 'Idempotency-Key': 'k' },
    });
    expect(answer).toEqual({ id: 1 });
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/message/',
      body: { body: 'hi' },
    });
    expect(calls[0]!.query.toString()).toBe('a=x+y&c=3');
    expect(calls[0]!.headers.get('Content-Type')).toBe('application/json');
    expect(calls[0]!.headers.get('Idempotency-Key')).toBe('k');
  });

  it('take an empty answer', async () => {
    const { api } = fakeServer(() => new Response(null, { status: 204 }));
    await expect(api.delete('/api/v1/session/')).resolves.toBeUndefined();
  });

  it('follow the Link header', async () => {
    const { api } = fakeServer(() =>
      json([], 200, { Link: '<http://inside:8000/api/v1/user/?after=m&limit=2>; rel="next"' }),
    );
    expect((await api.page('/api/v1/user/')).next).toBe('/api/v1/user/?after=m&limit=2');
  });

  it('can be given up', async () => {
    const stop = new AbortController();
    const api = new ApiClient(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        }),
    );
    const request = api.get('/x', { signal: stop.signal });
    stop.abort();
    await expect(request).rejects.toThrow(DOMException);
  });
});

describe('problems', () => {
  it.each([
    [400, { body: ['This field is required.'] }, 'invalid'],
    [403, { detail: 'No.', code: 'not_authenticated' }, 'signed-out'],
    [403, { detail: 'You cannot message this person.', code: 'blocked' }, 'refused'],
    [404, { detail: 'Not found.' }, 'missing'],
    [413, { detail: 'Request body too large.' }, 'invalid'],
    [422, { detail: 'Used before.' }, 'invalid'],
    [429, { detail: 'Throttled.' }, 'throttled'],
    [500, {}, 'failed'],
    [502, {}, 'unavailable'],
    [503, { detail: 'Later.' }, 'unavailable'],
  ])('%i is told by kind', async (status, body, kind) => {
    const { api } = fakeServer(() => json(body, status));
    expect(await problemOf(api.get('/x'))).toMatchObject({ status, kind });
  });

  it('carry the words and the wait', async () => {
    const { api } = fakeServer(() =>
      json({ detail: 'Slow down.', non_field_errors: ['a', 'b'] }, 429, { 'Retry-After': '7' }),
    );
    expect(await problemOf(api.get('/x'))).toMatchObject({
      detail: 'Slow down.',
      fields: { non_field_errors: ['a', 'b'] },
      retryAfter: 7,
      passing: true,
    });
  });

  it('survive an answer that is not ours', async () => {
    const { api } = fakeServer(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    expect((await problemOf(api.get('/x'))).kind).toBe('unavailable');
    const odd = fakeServer(() => new Response('<h1>Hello</h1>'));
    expect((await problemOf(odd.api.get('/x'))).kind).toBe('failed');
  });

  it('tell when nobody answers', async () => {
    const { api } = fakeServer(unreachable);
    expect(await problemOf(api.get('/x'))).toMatchObject({ kind: 'unreachable', passing: true });
  });

  it('announce that the session is over', async () => {
    const { api } = fakeServer(() => json({ code: 'not_authenticated' }, 403));
    const listener = vi.fn();
    const stop = api.onSignedOut(listener);
    await problemOf(api.get('/x'));
    stop();
    await problemOf(api.get('/x'));
    expect(listener).toHaveBeenCalledOnce();
  });
});

describe('a password that is wanted once more', () => {
  const wanted = () =>
    json({ detail: 'Enter your password again.', code: 'password_required' }, 403);

  it('is asked for, and what it was wanted for is done with all that was said', async () => {
    let proven = false;
    const { api, calls } = fakeServer(() => (proven ? json({ done: true }) : wanted()));
    api.onPasswordRequired(() => {
      proven = true;
      return Promise.resolve(true);
    });
    expect(await api.post('/x', { body: { a: 1 } })).toEqual({ done: true });
    expect(calls.map(({ method, body }) => [method, body])).toEqual([
      ['POST', { a: 1 }],
      ['POST', { a: 1 }],
    ]);
  });

  it('is a refusal for whoever does not want to, and where nobody asks', async () => {
    const { api, calls } = fakeServer(wanted);
    const stop = api.onPasswordRequired(() => Promise.resolve(false));
    expect(await problemOf(api.get('/x'))).toMatchObject({ code: 'password_required' });
    stop();
    expect(await problemOf(api.get('/x'))).toMatchObject({ kind: 'refused' });
    expect(calls).toHaveLength(2);
  });
});

describe('links', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['<https://a.test/x?y=1>; rel="next"', '/x?y=1'],
    ['</p>; rel=prev, </n>; rel=next', '/n'],
    ['</p>; rel="prev", </n?a=%2C>; title="x"; rel="last next"', '/n?a=%2C'],
    ['</p>; rel="nextish"', undefined],
  ])('%s', (header, next) => expect(nextLink(header)).toBe(next));

  it('keep to this origin', () => {
    expect(pathOf('https://elsewhere.test/a/?b=c')).toBe('/a/?b=c');
  });
});
