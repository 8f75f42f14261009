import { i18n } from '@lingui/core';
import { expect, test } from 'vitest';
import { ApiProblem } from '@/api/problem';
import { speak } from './languages';
import { fieldWords, problemWords, waitWords } from './problem-words';
import type { Translate } from './use-text';

const t: Translate = (key, values) => i18n.t(key, values);

test('what the server says of a field is said in the language of the page', async () => {
  await speak('es');
  expect(fieldWords('This username is not available.', t)).toBe('Este nombre no se puede elegir.');
  expect(fieldWords('Ensure this field has no more than 128 characters.', t)).toMatch(/^.*128/);
  await speak('en');
});

test('words that are not known are shown as they are', () => {
  expect(fieldWords('Something new.', t)).toBe('Something new.');
});

test('a wait is told as exactly as it is of use', () => {
  const waits = [0, 1, 89, 90, 600, 5_400, 86_400].map((seconds) => waitWords(seconds, t));
  expect(waits).toEqual([
    '1 second',
    '1 second',
    '89 seconds',
    '2 minutes',
    '10 minutes',
    '2 hours',
    '24 hours',
  ]);
});

test('each kind of trouble says what happened and what happens next', () => {
  const words = (problem: unknown) => problemWords(problem, t);
  expect(words(new ApiProblem('throttled', { retryAfter: 12 }))).toContain('wait 12 seconds');
  expect(words(new ApiProblem('unavailable'))).toContain('busy');
  expect(words(new ApiProblem('unreachable'))).toContain('still here');
  expect(words(new Error('a defect'))).toContain('not your fault');
});
