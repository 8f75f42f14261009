import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import type { Me } from '@/api/types';
import type { ChatEngine } from '@/app/chat-engine';
import { Store } from '@/realtime/store';
import { fakeServer, json, type Call } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import AdminRoute from './admin';

/** As much of an engine as this screen looks at. */
function engineOf(is_superuser: boolean) {
  const me = { username: 'ada', is_superuser } as Me;
  const engine = {
    me,
    socket: { state: new Store({ status: 'online' }) },
    upgrade: { outdated: new Store(false) },
  } as unknown as ChatEngine;
  const server = fakeServer(({ path }: Call) =>
    json(path === '/api/v1/me/' ? me : { next: null, results: [] }),
  );
  return { engine, ...server };
}

beforeEach(() => history.replaceState(null, '', '/admin/log/'));

test('for whoever is no superuser there is nothing, and nothing is asked for', () => {
  const { engine, api, calls } = engineOf(false);
  renderPart(<AdminRoute engine={engine} path="/admin/log/" />, api);
  expect(screen.getByText('There is nothing here')).toBeTruthy();
  expect(screen.queryByRole('navigation')).toBeNull();
  expect(calls.filter(({ path }) => path.includes('/admin/'))).toEqual([]);
});

test('a superuser sees the section of the address among the others', async () => {
  const { engine, api } = engineOf(true);
  renderPart(<AdminRoute engine={engine} path="/admin/log/" />, api);
  expect(await screen.findByText('Nothing like this has been done.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Log' }).getAttribute('aria-current')).toBe('page');
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toContain('People');
  expect(document.title).toBe('Log – ChatApp');
});

test('a section that there is not is nothing either', () => {
  const { engine, api } = engineOf(true);
  renderPart(<AdminRoute engine={engine} path="/admin/nothing/" />, api);
  expect(screen.getByText('There is nothing here')).toBeTruthy();
});
