import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aLogEntry } from '@/features/admin/testing';
import { fakeServer, json } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { LogPage } from './log-page';

beforeEach(() => history.replaceState(null, '', '/admin/log/'));

test('who did what to whom, and how to find it', async () => {
  const entries = [
    aLogEntry(2, { detail: { is_active: false } }),
    aLogEntry(1, { actor: null, action: 'retention.run', target_kind: 'retention', target: 'all' }),
  ];
  const { api, calls } = fakeServer(() => json({ next: null, results: entries }));
  renderPart(<LogPage />, api);
  const table = within(await screen.findByRole('table', { name: 'Log' }));
  expect(await table.findByText('Changed an account')).toBeTruthy();
  expect(table.getByText('is_active: false')).toBeTruthy();
  expect(table.getByRole('link', { name: 'ada' }).getAttribute('href')).toBe('/admin/users/ada/');
  expect(table.getByText('Command line')).toBeTruthy();

  await userEvent.selectOptions(screen.getByLabelText('What'), 'Read a message');
  await userEvent.type(screen.getByLabelText('Who'), 'root');
  await waitFor(() => {
    expect(calls.at(-1)?.query.toString()).toBe('actor=root&action=message.look&limit=50');
  });
});
