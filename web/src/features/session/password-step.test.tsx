import { useMutation } from '@tanstack/react-query';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { useApi } from '@/api/api-context';
import { fakeServer, json, type Call } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { PasswordStep } from './password-step';

/** Something that somebody types and sends. */
function Part() {
  const api = useApi();
  const [text, setText] = useState('');
  const send = useMutation({ mutationFn: () => api.post('/api/v1/admin/x/', { body: { text } }) });
  return (
    <>
      <label>
        Text <input value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button onClick={() => send.mutate()}>Send</button>
      {send.isSuccess && <p>sent</p>}
      {send.isError && <p>refused</p>}
      <PasswordStep />
    </>
  );
}

function server() {
  let proven = false;
  return fakeServer(({ path, body }: Call) => {
    if (path === '/api/v1/session/confirm/') {
      proven = (body as { password: string }).password === 'right';
      if (proven) return new Response(null, { status: 204 });
      return json({ password: ['The password is not right.'] }, 400);
    }
    return proven ? json({}) : json({ detail: '', code: 'password_required' }, 403);
  });
}

test('what was typed is sent once the password is right', async () => {
  const { api, calls } = server();
  renderPart(<Part />, api);
  await userEvent.type(screen.getByLabelText('Text'), 'hello');
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  const field = await screen.findByLabelText('Your password');
  await userEvent.type(field, 'wrong{Enter}');
  await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
  await userEvent.clear(field);
  await userEvent.type(field, 'right{Enter}');
  expect(await screen.findByText('sent')).toBeTruthy();
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(calls.at(-1)?.body).toEqual({ text: 'hello' });
});

test('who does not want to prove anything is refused, and asked again the next time', async () => {
  const { api } = server();
  renderPart(<Part />, api);
  for (let time = 0; time < 2; time += 1) {
    await userEvent.click(screen.getByRole('button', { name: 'Send' }));
    await screen.findByRole('dialog');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(await screen.findByText('refused')).toBeTruthy();
  }
});
