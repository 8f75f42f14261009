import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aMessage, aStatus } from '@/features/admin/testing';
import { fakeServer, json, type Call } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { MessagePage } from './message-page';
import { MessagesPage } from './messages-page';

beforeEach(() => history.replaceState(null, '', '/admin/messages/'));

const root = '/api/v1/admin/';

function dates({ query }: Call) {
  const [year, month] = [query.get('year'), query.get('month')];
  if (!year) return json({ results: [{ year: 2026, count: 12 }] });
  if (!month) return json({ results: [{ year: 2026, month: 11, count: 12 }] });
  return json({ results: [{ year: 2026, month: 11, day: 24, count: 1 }] });
}

test('one goes down to a day and back, and filters by who wrote and to whom', async () => {
  const { api, calls } = fakeServer((call) =>
    call.path.endsWith('/date/') ? dates(call) : json({ next: null, results: [aMessage(42)] }),
  );
  renderPart(<MessagesPage />, api);
  expect(await screen.findByRole('link', { name: '42' })).toBeTruthy();
  for (const name of [/^2026/, /^November/, /^24/]) {
    await userEvent.click(await screen.findByRole('button', { name }));
  }
  expect(location.search).toBe('?year=2026&month=11&day=24');
  await userEvent.type(screen.getByLabelText('Sender'), 'ada');
  await waitFor(() => {
    const asked = calls.findLast(({ path }) => path === `${root}message/`)?.query.toString();
    expect(asked).toBe('sender=ada&year=2026&month=11&day=24&limit=50');
  });
  const way = within(screen.getByRole('navigation', { name: 'Date' }));
  expect(way.getByText('24').getAttribute('aria-current')).toBe('true');
  await userEvent.click(way.getByRole('button', { name: '2026' }));
  expect(location.search).toBe('?year=2026&sender=ada');
  await userEvent.click(way.getByRole('button', { name: 'All dates' }));
  expect(location.search).toBe('?sender=ada');
});

test('why words cannot be searched is said', async () => {
  history.replaceState(null, '', '/admin/messages/?search=secret');
  const { api } = fakeServer(({ path }) =>
    path.endsWith('/date/')
      ? json({ results: [] })
      : json({ detail: 'Reading is off.', code: 'reading_is_off' }, 403),
  );
  renderPart(<MessagesPage />, api);
  expect(await screen.findByText(/Words cannot be searched/)).toBeTruthy();
});

test('an empty page is not the end: one can look further', async () => {
  const { api } = fakeServer(({ path, query }) => {
    if (path.endsWith('/date/')) return json({ results: [] });
    if (query.has('cursor')) return json({ next: null, results: [aMessage(7)] });
    return json({ next: `http://elsewhere.test${root}message/?cursor=abc`, results: [] });
  });
  renderPart(<MessagesPage />, api);
  await userEvent.click(await screen.findByRole('button', { name: 'Look further' }));
  expect(await screen.findByRole('link', { name: '7' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Look further' })).toBeNull();
});

function oneMessage(readable: boolean) {
  return fakeServer(({ method, path }: Call) => {
    if (method === 'DELETE') return new Response(null, { status: 204 });
    if (path.endsWith('/status/')) return json(aStatus({ admin_reads_messages: readable }));
    if (path.endsWith('/42/')) return json(aMessage(42, { body: 'the text' }));
    return json({ next: null, results: [aMessage(42)] });
  });
}

test('a text is not even asked for where it is private', async () => {
  const { api, calls } = oneMessage(false);
  renderPart(<MessagePage id="42" />, api);
  expect(await screen.findByText(/kept from those who administer/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Read the text' })).toBeNull();
  expect(calls.some(({ path }) => path === `${root}message/42/`)).toBe(false);
});

test('a text is read on demand only, after it was said that this is logged', async () => {
  const { api, calls } = oneMessage(true);
  renderPart(<MessagePage id="42" />, api);
  const look = await screen.findByRole('button', { name: 'Read the text' });
  expect(screen.getByText(/written to the log/)).toBeTruthy();
  expect(calls.some(({ path }) => path === `${root}message/42/`)).toBe(false);
  await userEvent.click(look);
  expect(await screen.findByText('the text')).toBeTruthy();
  expect(screen.getByText('This look is in the log.')).toBeTruthy();
});

test('a message is deleted after being asked about', async () => {
  const { api, calls } = oneMessage(false);
  renderPart(<MessagePage id="42" />, api);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete the message' }));
  const dialog = screen.getByRole('dialog', { name: 'Delete message 42 for good?' });
  expect(within(dialog).getByText('ada wrote it to ben.')).toBeTruthy();
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete for good' }));
  await waitFor(() => expect(location.pathname).toBe('/admin/messages/'));
  expect(calls.find(({ method }) => method === 'DELETE')?.path).toBe(`${root}message/42/`);
});
