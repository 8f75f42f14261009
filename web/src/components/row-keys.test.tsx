import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useRef } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { moveAmongRows, rowMark } from './row-keys';

const opened = vi.fn<(name: string) => void>();

function Box() {
  const field = useRef<HTMLInputElement>(null);
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions
    <nav
      aria-label="people"
      onKeyDown={(event) => {
        if (moveAmongRows(event, field.current)) event.preventDefault();
      }}
    >
      <input ref={field} aria-label="search" />
      {['Ada', 'Ben', 'Cleo'].map((name) => (
        <a key={name} href={`#${name}`} {...rowMark} onClick={() => opened(name)}>
          {name}
        </a>
      ))}
      <button type="button">More</button>
    </nav>
  );
}

beforeEach(() => {
  opened.mockClear();
  render(<Box />);
});
const focused = () => document.activeElement?.textContent;

it('leads from the field through the rows and back', async () => {
  const user = userEvent.setup();
  await user.click(screen.getByLabelText('search'));
  await user.keyboard('{ArrowDown}');
  expect(focused()).toBe('Ada');
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}');
  expect(focused()).toBe('Cleo');
  await user.keyboard('{Home}{ArrowUp}');
  expect(document.activeElement).toBe(screen.getByLabelText('search'));
  await user.keyboard('{ArrowDown}{End}{Escape}');
  expect(document.activeElement).toBe(screen.getByLabelText('search'));
});

it('opens the first row from the field, and any other from itself', async () => {
  const user = userEvent.setup();
  await user.click(screen.getByLabelText('search'));
  await user.keyboard('{Enter}');
  expect(opened.mock.calls).toEqual([['Ada']]);
  await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
  expect(opened).toHaveBeenLastCalledWith('Ben');
});

it('leaves alone what is not a row, and keys that are a shortcut of their own', async () => {
  const user = userEvent.setup();
  screen.getByRole('button').focus();
  await user.keyboard('{ArrowUp}');
  expect(focused()).toBe('More');
  screen.getByText('Ada').focus();
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}');
  expect(focused()).toBe('Ada');
});
