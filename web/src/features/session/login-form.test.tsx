import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { fakeServer, json, later, unreachable, type Answer } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { readFallbackForm } from './fallback-form';
import { LogInForm } from './login-form';

const onLoggedIn = vi.fn();

function setUp(answer: () => Answer, props = {}) {
  const { api, calls } = fakeServer(answer);
  renderPart(<LogInForm onLoggedIn={onLoggedIn} {...props} />, api);
  const user = userEvent.setup();
  const fill = async (username: string, password: string) => {
    await user.type(screen.getByLabelText('Username'), username);
    await user.type(screen.getByLabelText('Password'), password);
    await user.click(screen.getByRole('button', { name: 'Log in' }));
  };
  return { calls, user, fill };
}

it('logs in, with the password as it is', async () => {
  const { calls, fill } = setUp(() => json({ username: 'mina' }));
  await fill(' mina ', ' p w ');
  expect(calls[0]).toMatchObject({
    method: 'POST',
    path: '/api/v1/session/',
    body: { username: 'mina', password: ' p w ' },
  });
  expect(onLoggedIn).toHaveBeenCalledWith({ username: 'mina' });
});

it.each([
  [() => json({ non_field_errors: ['No.'] }, 400), /do not match/],
  [() => json({ detail: 'x' }, 429, { 'Retry-After': '12' }), /12 seconds/],
  [() => json({}, 500), /could not log you in/],
  [unreachable, /cannot be reached/],
])('explains what went wrong', async (answer, words) => {
  const { fill } = setUp(answer);
  await fill('mina', 'wrong');
  expect((await screen.findByRole('alert')).textContent).toMatch(words);
  expect(document.activeElement).toBe(screen.getByLabelText('Password'));
});

it('asks for what is missing without asking the server', async () => {
  const { calls, user } = setUp(() => json({}));
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  expect(screen.getByRole('alert').textContent).toMatch(/both/);
  expect(document.activeElement).toBe(screen.getByLabelText('Username'));
  expect(calls).toEqual([]);
});

it('asks the server once at a time', async () => {
  const slow = later();
  const { calls, fill, user } = setUp(() => slow.promise);
  await fill('mina', 'pw');
  await user.click(screen.getByRole('button', { name: 'Logging in…' }));
  expect(calls).toHaveLength(1);
});

it('shows the password on request', async () => {
  const { user } = setUp(() => json({}));
  const password = screen.getByLabelText('Password');
  await user.click(screen.getByRole('button', { name: 'Show password' }));
  expect(password.getAttribute('type')).toBe('text');
  await user.click(screen.getByRole('button', { name: 'Hide password' }));
  expect(password.getAttribute('type')).toBe('password');
});

it('goes on from the server’s own form, with what it said and what was typed', () => {
  const page = document.createElement('div');
  const form = document.createElement('form');
  const alert = document.createElement('p');
  alert.dataset.loginError = '';
  alert.textContent = ' Wrong. ';
  const name = document.createElement('input');
  name.name = 'username';
  name.value = 'mina';
  const secret = document.createElement('input');
  secret.name = 'password';
  secret.value = 'half a pass';
  form.append(alert, name, secret);
  page.append(form);
  document.body.append(page);
  secret.focus();
  const typed = readFallbackForm(page);
  expect(typed).toEqual({
    error: 'Wrong.',
    username: 'mina',
    password: 'half a pass',
    focused: 'password',
  });
  page.remove();
  const nothing = { error: null, username: '', password: '', focused: null };
  expect(readFallbackForm(document.createElement('div'))).toEqual(nothing);
  setUp(() => json({}), { initialError: typed.error, typed });
  expect(screen.getByRole('alert').textContent).toBe('Wrong.');
  expect(screen.getByLabelText<HTMLInputElement>('Username').value).toBe('mina');
  const password = screen.getByLabelText<HTMLInputElement>('Password');
  expect(password.value).toBe('half a pass');
  expect(document.activeElement).toBe(password);
});
