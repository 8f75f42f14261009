import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { message } from '@/testing/fixtures';
import { fakeServer, json, type Call } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { ReportsPage } from './reports-page';

beforeEach(() => history.replaceState(null, '', '/admin/reports/'));

const report = {
  id: 3,
  message: message(1, { id: 9, user: 'ada', body: 'buy now' }),
  reporter: 'mina',
  reason: 'Spam',
  created: '2026-11-24T10:00:00Z',
  closed: null,
  closed_by: null,
};

function server() {
  return fakeServer(({ method }: Call) => {
    if (method === 'DELETE') return new Response(null, { status: 204 });
    return method === 'PATCH' ? json({}) : json({ next: null, results: [report] });
  });
}

test('what is open comes first, and each thing that can be done is asked about', async () => {
  const { api, calls } = server();
  renderPart(<ReportsPage />, api);
  const card = within(await screen.findByRole('article', { name: 'Report 3' }));
  expect(calls[0]?.query.get('state')).toBe('open');
  expect(card.getByText('buy now')).toBeTruthy();
  for (const [opens, does] of [
    ['Delete the message', 'Delete for good'],
    ['Deactivate ada', 'Deactivate'],
    ['Close the report', 'Close the report'],
  ] as const) {
    await userEvent.click(card.getByRole('button', { name: opens }));
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: does }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  }
  const done = calls.filter(({ method }) => method !== 'GET');
  expect(done.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['DELETE', '/api/v1/admin/message/9/', undefined],
    ['PATCH', '/api/v1/admin/user/ada/', { is_active: false }],
    ['PATCH', '/api/v1/admin/report/3/', { closed: true }],
  ]);
});

test('closed ones are a choice', async () => {
  const { api, calls } = server();
  renderPart(<ReportsPage />, api);
  await userEvent.selectOptions(await screen.findByLabelText('State'), 'Closed');
  await waitFor(() => expect(calls.at(-1)?.query.get('state')).toBe('closed'));
  await userEvent.selectOptions(screen.getByLabelText('State'), 'All');
  await waitFor(() => expect(calls.at(-1)?.query.has('state')).toBe(false));
});
