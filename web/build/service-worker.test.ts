import { expect, it } from 'vitest';
import { fingerprint, placeholder, workerFor } from './service-worker.ts';

it('is plain script that knows its build and its files', () => {
  const code = workerFor('abc', ['/assets/a.js']);
  expect(code).toContain('const BUILD = "abc";');
  expect(code).toContain('const FILES = ["/assets/a.js"];');
  expect(code).not.toMatch(/\b(?:import|export|declare)\b/);
});

it('is another build when a file is another, whatever their order', () => {
  expect(fingerprint(['a', 'b'])).toBe(fingerprint(['b', 'a']));
  expect(fingerprint(['a', 'b'])).not.toBe(fingerprint(['a', 'c']));
  expect(fingerprint(['a'])).toHaveLength(placeholder.length);
});
