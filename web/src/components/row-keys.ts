import type { KeyboardEvent } from 'react';

/** What marks the rows that the arrow keys go through, in whatever lists they are. */
export const rowMark = { 'data-row': '' };

/**
 * Arrows lead from a field into the rows below it, from row to row, and back; Enter in the field opens the first row,
 * and Escape in a row returns to the field. `true` if the key was one of these.
 */
export function moveAmongRows(
  event: KeyboardEvent<HTMLElement>,
  field: HTMLInputElement | null,
): boolean {
  const { key, target, currentTarget, altKey, ctrlKey, metaKey, shiftKey, nativeEvent } = event;
  if (altKey || ctrlKey || metaKey || shiftKey || nativeEvent.isComposing) return false;
  const rows = [...currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  if (target === field) {
    if (key === 'ArrowDown') return focusOn(rows[0]);
    if (key !== 'Enter' || !rows[0]) return false;
    rows[0].click();
    return true;
  }
  const here = rows.indexOf(target as HTMLElement);
  if (here < 0) return false;
  switch (key) {
    case 'ArrowDown':
      return focusOn(rows[here + 1]);
    case 'ArrowUp':
      return focusOn(rows[here - 1] ?? field);
    case 'Home':
      return focusOn(rows[0]);
    case 'End':
      return focusOn(rows.at(-1));
    case 'Escape':
      return focusOn(field);
    default:
      return false;
  }
}

function focusOn(element: HTMLElement | null | undefined): boolean {
  element?.focus();
  return Boolean(element);
}
