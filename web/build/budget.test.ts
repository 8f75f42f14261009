import { expect, test } from 'vitest';
import { closure, type Chunk } from './budget.ts';

const chunk = (name: string, ...imports: string[]): [string, Chunk] => [
  name,
  { name, code: '', imports },
];

test('what is loaded is the start and what it imports, each once', () => {
  const chunks = new Map([
    chunk('entry', 'react', 'shared'),
    chunk('chat', 'shared', 'entry'),
    chunk('shared', 'react'),
    chunk('react'),
    chunk('settings', 'shared'),
  ]);
  const names = closure(['entry', 'chat'], chunks).map(({ name }) => name);
  expect(names).toEqual(['entry', 'react', 'shared', 'chat']);
});
