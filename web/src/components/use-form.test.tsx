import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { renderPart } from '@/testing/render';
import { Field } from './field';
import { useForm, valueIn } from './use-form';

function Part({ work }: { work: (name: string) => Promise<void> }) {
  const form = useForm((element) => work(valueIn(element, 'name')));
  return (
    <form onSubmit={form.submit} noValidate>
      <Field name="name" label="Name" required error={form.errorOf('name')} />
      <p>{form.problem}</p>
      <button aria-disabled={form.busy}>Go</button>
    </form>
  );
}

const go = () => userEvent.click(screen.getByRole('button', { name: 'Go' }));
const name = () => screen.getByRole('textbox', { name: 'Name' });

test('what is missing is said beside its field, and the server is not asked', async () => {
  const work = vi.fn();
  renderPart(<Part work={work} />);
  await go();
  expect(work).not.toHaveBeenCalled();
  expect(screen.getByText('Please fill this in.')).toBeTruthy();
  expect(document.activeElement).toBe(name());
});

test('what the server refuses is said beside its field, and what was typed stays', async () => {
  const fields = { name: ['This username is not available.'] };
  const work = () => Promise.reject(new ApiProblem('invalid', { status: 400, fields }));
  renderPart(<Part work={work} />);
  await userEvent.type(name(), 'admin');
  await go();
  expect(await screen.findByText('This name cannot be chosen.')).toBeTruthy();
  expect((name() as HTMLInputElement).value).toBe('admin');
  expect(name().getAttribute('aria-invalid')).toBe('true');
});

test('what is refused of no field here is said of the whole', async () => {
  const fields = { token: ['This link is no longer valid.'] };
  const work = () => Promise.reject(new ApiProblem('invalid', { status: 400, fields }));
  renderPart(<Part work={work} />);
  await userEvent.type(name(), 'ada');
  await go();
  expect(await screen.findByText(/This link is no longer valid/)).toBeTruthy();
});

test('pressed twice, it does its work once', async () => {
  let finish: () => void = () => undefined;
  const work = vi.fn(() => new Promise<void>((done) => (finish = done)));
  renderPart(<Part work={work} />);
  await userEvent.type(name(), 'ada');
  await go();
  await go();
  expect(work).toHaveBeenCalledOnce();
  finish();
});
