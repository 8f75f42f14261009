import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aUser } from '@/features/admin/testing';
import { fakeServer, json, type Call } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { UserPage } from './user-page';
import { UsersPage } from './users-page';

beforeEach(() => history.replaceState(null, '', '/admin/users/'));

const list = '/api/v1/admin/user/';

test('the list is searched, filtered and sorted by the server, and goes on where a page ends', async () => {
  const { api, calls } = fakeServer(({ query }: Call) =>
    query.has('cursor')
      ? json({ next: null, results: [aUser('ben', { id: 2 })] })
      : json({
          next: 'http://elsewhere.test/api/v1/admin/user/?cursor=abc&limit=50',
          results: [aUser('ada', { id: 1, is_superuser: true })],
        }),
  );
  renderPart(<UsersPage />, api);
  const table = await screen.findByRole('table', { name: 'People' });
  expect(await within(table).findByRole('link', { name: 'ada' })).toBeTruthy();
  expect(within(table).getByText('Superuser')).toBeTruthy();
  expect(await within(table).findByRole('link', { name: 'ben' })).toBeTruthy();

  await userEvent.type(screen.getByRole('searchbox'), 'ad');
  await userEvent.selectOptions(screen.getByLabelText('State'), 'Deactivated');
  await userEvent.selectOptions(screen.getByLabelText('Order'), 'Username, A to Z');
  await waitFor(() => expect(location.search).toContain('search=ad'));
  await waitFor(() => {
    const asked = calls.findLast(({ query }) => !query.has('cursor'))?.query.toString();
    expect(asked).toBe('search=ad&state=inactive&sort=username&limit=50');
  });
});

test('nobody found is said', async () => {
  renderPart(<UsersPage />, fakeServer(() => json({ next: null, results: [] })).api);
  expect(await screen.findByText('Nobody matches this.')).toBeTruthy();
});

test('an account is made, and what is wrong is said beside its field', async () => {
  let taken = true;
  const { api, calls } = fakeServer(({ method }: Call) => {
    if (method === 'GET') return json({ next: null, results: [] });
    if (taken) return json({ username: ['A user with that username already exists.'] }, 400);
    return json(aUser('nina'), 201);
  });
  renderPart(<UsersPage />, api);
  await userEvent.click(screen.getByRole('button', { name: 'New person' }));
  const dialog = within(screen.getByRole('dialog'));
  await userEvent.type(dialog.getByLabelText('Username'), 'nina');
  await userEvent.type(dialog.getByLabelText('Password'), 'a good horse 7');
  await userEvent.click(dialog.getByRole('switch', { name: 'Superuser' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Make the account' }));
  await waitFor(() =>
    expect(dialog.getByLabelText('Username').getAttribute('aria-invalid')).toBe('true'),
  );
  taken = false;
  await userEvent.click(dialog.getByRole('button', { name: 'Make the account' }));
  await waitFor(() => expect(location.pathname).toBe('/admin/users/nina/'));
  expect(calls.findLast(({ method }) => method === 'POST')).toMatchObject({
    path: list,
    body: {
      username: 'nina',
      password: 'a good horse 7',
      email: '',
      display_name: '',
      is_superuser: true,
    },
  });
});

function account() {
  let user = aUser('ada', { display_name: 'Ada', sessions: 2 });
  return fakeServer(({ method, body }: Call) => {
    if (method === 'DELETE') return new Response(null, { status: 204 });
    const change = (body ?? {}) as Partial<typeof user>;
    if (change.is_superuser === false) {
      return json({ detail: 'This is the last superuser.', code: 'last_superuser' }, 409);
    }
    user = { ...user, ...change };
    return json(user);
  });
}

test('somebody is deactivated after being asked about by name', async () => {
  const { api, calls } = account();
  renderPart(<UserPage username="ada" />, api);
  await userEvent.click(await screen.findByRole('switch', { name: 'May log in' }));
  const dialog = screen.getByRole('dialog', { name: 'Deactivate Ada (@ada)?' });
  await userEvent.click(within(dialog).getByRole('button', { name: 'Deactivate' }));
  expect(await screen.findByText('Deactivated')).toBeTruthy();
  expect(calls.find(({ method }) => method === 'PATCH')).toMatchObject({
    path: `${list}ada/`,
    body: { is_active: false },
  });
});

test('the last superuser stays one, and why is said', async () => {
  const { api } = fakeServer(({ method }: Call) =>
    method === 'GET'
      ? json(aUser('ada', { is_superuser: true }))
      : json({ detail: 'This is the last superuser.', code: 'last_superuser' }, 409),
  );
  renderPart(<UserPage username="ada" />, api);
  await userEvent.click(await screen.findByRole('switch', { name: 'Superuser' }));
  await userEvent.click(screen.getByRole('button', { name: 'Take it away' }));
  expect(await screen.findByText(/the last superuser who can log in/)).toBeTruthy();
});

test('name and address are changed, a password set, sessions ended, the account deleted', async () => {
  const { api, calls } = account();
  renderPart(<UserPage username="ada" />, api);
  const name = await screen.findByLabelText('Name that is shown');
  await userEvent.clear(name);
  await userEvent.type(name, 'Ada B.');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('Saved')).toBeTruthy();

  await userEvent.click(screen.getByRole('button', { name: 'Set a password' }));
  await userEvent.type(screen.getByLabelText('New password'), 'another horse 8{Enter}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

  for (const [opens, does] of [
    ['End all sessions', 'End all sessions'],
    ['Delete this account', 'Delete for good'],
  ] as const) {
    await userEvent.click(screen.getByRole('button', { name: opens }));
    const dialog = screen.getByRole('dialog', { name: /Ada B\. \(@ada\)/ });
    await userEvent.click(within(dialog).getByRole('button', { name: does }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  }
  expect(location.pathname).toBe('/admin/users/');
  const done = calls.filter(({ method }) => method !== 'GET');
  expect(done.map(({ method, path }) => [method, path])).toEqual([
    ['PATCH', `${list}ada/`],
    ['POST', `${list}ada/password/`],
    ['DELETE', `${list}ada/session/`],
    ['DELETE', `${list}ada/`],
  ]);
});

test('of a deleted account only what is left is shown', async () => {
  const gone = aUser('deleted-7', { deleted: true, is_active: false });
  renderPart(<UserPage username="deleted-7" />, fakeServer(() => json(gone)).api);
  expect(await screen.findByRole('heading', { name: 'Deleted account' })).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
