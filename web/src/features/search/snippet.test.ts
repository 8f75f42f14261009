import { expect, it } from 'vitest';
import { snippetOf } from './snippet';

const marked = (body: string, matches: [number, number][]) =>
  snippetOf(body, matches)
    .map(({ text, found }) => (found ? `[${text}]` : text))
    .join('');

it('marks what was found, in code points', () => {
  expect(marked('see you soon', [[4, 7]])).toBe('see [you] soon');
  expect(marked('😀😀 tea 😀', [[3, 6]])).toBe('😀😀 [tea] 😀');
  expect(
    marked('tea and tea', [
      [0, 3],
      [8, 11],
    ]),
  ).toBe('[tea] and [tea]');
});

it('is one line', () => {
  expect(marked('one\n\n  two', [[7, 10]])).toBe('one [two]');
});

it('begins with a word shortly before the first match', () => {
  const body = `${'lorem ipsum '.repeat(20)}needle and more`;
  expect(marked(body, [[240, 246]])).toBe('…ipsum lorem ipsum [needle] and more');
  expect(marked(`${'x'.repeat(50)}needle`, [[50, 56]])).toBe(`…${'x'.repeat(24)}[needle]`);
});

it('ends before it is too long for a line', () => {
  const text = marked('a'.repeat(500), [[0, 1]]);
  expect(text.startsWith('[a]aaa')).toBe(true);
  expect(text.endsWith('…')).toBe(true);
  expect(text.length).toBeLessThan(170);
});

it('takes what a server may say wrongly', () => {
  expect(marked('abc', [[5, 9]])).toBe('abc');
  expect(
    marked('abc', [
      [1, 2],
      [1, 2],
      [0, 3],
    ]),
  ).toBe('a[b]c');
  expect(snippetOf('abc')).toEqual([{ text: 'abc', found: false }]);
});
