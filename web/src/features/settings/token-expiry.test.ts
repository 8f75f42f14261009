import { expect, test } from 'vitest';
import { expiryAfter } from './token-expiry';

test('a token counts for as many days as were chosen, or until it is revoked', () => {
  const now = new Date('2026-11-26T10:00:00Z');
  expect(expiryAfter(30, now)).toBe('2026-12-26T10:00:00.000Z');
  expect(expiryAfter(0, now)).toBeNull();
});
