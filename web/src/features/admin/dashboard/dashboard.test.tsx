import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aStatus } from '@/features/admin/testing';
import { fakeServer, json } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { Dashboard } from './dashboard';

// There is no canvas here; what it says in words is what is looked at.
vi.mock('./chart', () => ({
  Chart: ({ words }: { words: string }) => <div role="img" aria-label={words} />,
}));

test('figures, charts in words, and the state of each part', async () => {
  const status = aStatus({ bus: { kind: 'redis', ok: false } });
  renderPart(<Dashboard />, fakeServer(() => json(status)).api);
  const online = await screen.findAllByText('People online');
  expect(online).toHaveLength(2);
  const chart = screen.getByRole('img', { name: /^People online: 3 now, between 3 and 3/ });
  expect(chart.getAttribute('aria-label')).toContain('Connections: 5 now');
  expect(screen.getByRole('img', { name: /95 % within: 4.5 ms now/ })).toBeTruthy();
  const part = within(screen.getByRole('region', { name: 'Database and bus' }));
  expect(part.getByText('Working')).toBeTruthy();
  expect(part.getByText('Away')).toBeTruthy();
  expect(part.getByText('SQLite 3.40.1')).toBeTruthy();
  expect(part.getByText('25% used, 15 GB free')).toBeTruthy();
});

test('without an answer it says so', async () => {
  renderPart(<Dashboard />, fakeServer(() => json({ detail: 'away' }, 503)).api);
  expect(await screen.findByRole('alert')).toBeTruthy();
});
