import { expect, test } from 'vitest';
import { tokenIn } from './link-token';

test('a token is found in the whole link and by itself', () => {
  expect(tokenIn(' https://chat.example.org/account/sign-up/#abc-_1 ')).toBe('abc-_1');
  expect(tokenIn('abc-_1')).toBe('abc-_1');
  expect(tokenIn('')).toBe('');
});
