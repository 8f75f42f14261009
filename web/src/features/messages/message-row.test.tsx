import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { me, message } from '@/testing/fixtures';
import { renderPart } from '@/testing/render';
import { MessageRow } from './message-row';
import { rowsOf, type Row } from './rows';
import { emptyTimeline, reduceTimeline } from './timeline';

const frames: FrameRequestCallback[] = [];

/** What the browser does before it draws the next picture. */
function nextFrame(): void {
  act(() => frames.splice(0).forEach((call) => call(0)));
}

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (call: FrameRequestCallback) => frames.push(call));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  frames.length = 0;
});

function show(): HTMLElement {
  const loaded = { type: 'loaded', messages: [message(1)], lastSeq: 1 } as const;
  const row = rowsOf(reduceTimeline(emptyTimeline, loaded), me).find(isMessage);
  // Not measured yet, it takes no focus.
  const focus = vi.spyOn(HTMLElement.prototype, 'focus').mockReturnValue();
  renderPart(
    <>
      <input aria-label="Search" />
      <MessageRow
        entry={row!.entry}
        author="Ada"
        first
        last
        spotlight={{ seq: 1 }}
        onRetry={() => undefined}
        onDiscard={() => undefined}
      />
    </>,
  );
  nextFrame();
  focus.mockRestore();
  return screen.getByRole('article');
}

function isMessage(row: Row): row is Extract<Row, { kind: 'message' }> {
  return row.kind === 'message';
}

it('has the focus as soon as it can be seen, when it was jumped to', () => {
  const article = show();
  expect(document.activeElement).not.toBe(article);
  nextFrame();
  expect(document.activeElement).toBe(article);
});

it('leaves the focus to whoever has gone elsewhere meanwhile', () => {
  show();
  const search = screen.getByRole('textbox', { name: 'Search' });
  search.focus();
  nextFrame();
  nextFrame();
  expect(document.activeElement).toBe(search);
});
