import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { renderPart } from '@/testing/render';
import { Composer } from './composer';

const onChange = vi.fn();
const onSend = vi.fn();

function setUp(initialText = '', limit = 20) {
  renderPart(
    <Composer
      name="Ada"
      limit={limit}
      initialText={initialText}
      onChange={onChange}
      onSend={onSend}
      focusAtOnce={false}
    />,
  );
  return {
    field: screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message to Ada' }),
    button: screen.getByRole('button', { name: 'Send' }),
    user: userEvent.setup(),
  };
}

beforeEach(() => {
  onChange.mockClear();
  onSend.mockClear();
});

it('sends with Enter, and is empty again', async () => {
  const { field, user } = setUp();
  await user.type(field, ' hello {Enter}');
  expect(onSend).toHaveBeenCalledExactlyOnceWith('hello');
  expect(field.value).toBe('');
  expect(onChange).toHaveBeenLastCalledWith('');
});

it('sends with the button', async () => {
  const { field, button, user } = setUp();
  await user.type(field, 'hello');
  await user.click(button);
  expect(onSend).toHaveBeenCalledExactlyOnceWith('hello');
  expect(document.activeElement).toBe(field);
});

it('starts a new line with Shift and Enter', async () => {
  const { field, user } = setUp();
  await user.type(field, 'a{Shift>}{Enter}{/Shift}b');
  expect(field.value).toBe('a\nb');
  expect(onSend).not.toHaveBeenCalled();
});

it('leaves Enter to the input method while it composes', () => {
  const { field } = setUp('にほん');
  fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
  expect(onSend).not.toHaveBeenCalled();
});

it('sends nothing that is blank', async () => {
  const { field, button, user } = setUp();
  await user.type(field, '  {Enter}');
  await user.click(button);
  expect(onSend).not.toHaveBeenCalled();
  expect(button.getAttribute('aria-disabled')).toBe('true');
});

it('counts code points near the limit, and keeps what is too long', async () => {
  const { field, user } = setUp('👍'.repeat(18));
  expect(screen.getByRole('status').textContent).toBe('2 characters left');
  await user.type(field, '👍👍👍{Enter}');
  expect(screen.getByRole('status').textContent).toBe('1 character too many');
  expect(onSend).not.toHaveBeenCalled();
  expect(field.value).toHaveLength(42);
});

it('starts with the draft, and tells every change', async () => {
  const { field, user } = setUp('half a ');
  await user.type(field, 'x');
  expect(onChange).toHaveBeenLastCalledWith('half a x');
});

it('repairs half a character before it is sent', () => {
  const { field } = setUp('a\ud83d');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(onSend).toHaveBeenCalledWith('a\ufffd');
});
