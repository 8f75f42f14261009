import { expect, it } from 'vitest';
import { say } from '@/i18n/use-text';
import { actionWords, detailWords } from './entry-words';

it('says what was done, also what is newer than this page', () => {
  expect(actionWords('message.look', say)).toBe('Read a message');
  expect(actionWords('something.new', say)).toBe('something.new');
});

it('says what was given along', () => {
  expect(detailWords({ is_active: false, email: 'a@b.c', counts: [1, 2] })).toBe(
    'is_active: false, email: a@b.c, counts: [1,2]',
  );
  expect(detailWords({})).toBe('');
});
