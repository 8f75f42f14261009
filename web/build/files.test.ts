import { expect, test } from 'vitest';
import { fileOf } from './files.ts';

const imports: Record<string, string[]> = {
  'main.tsx': ['session.ts'],
  'session.ts': ['client.ts', '/node_modules/react/index.js'],
  'client.ts': [],
  'app/routes/chat.tsx': ['avatar.tsx', 'client.ts', 'messages.tsx'],
  'app/routes/log-in.tsx': ['button.tsx'],
  'app/routes/account.tsx': ['button.tsx', 'form.tsx'],
  'app/routes/settings.tsx': ['avatar.tsx', 'form.tsx'],
  'avatar.tsx': ['button.tsx'],
  'button.tsx': [],
  'messages.tsx': [],
  'form.tsx': [],
};
const place = fileOf('/web/src');
const full = (name: string) => (name.startsWith('/') ? name : `/web/src/${name}`);
const find = (id: string) => ({
  importedIds: (imports[id.replace('/web/src/', '')] ?? []).map(full),
});
const fileFor = (name: string) => place(full(name), find);

test('what every screen starts with, and what those before and after the log-in share, is the page’s', () => {
  for (const name of ['session.ts', 'client.ts', 'button.tsx']) {
    expect(fileFor(name), name).toBe('page');
  }
});

test('the chat has one file, from which the settings take what they share with it', () => {
  for (const name of ['app/routes/chat.tsx', 'avatar.tsx', 'messages.tsx']) {
    expect(fileFor(name), name).toBe('chat');
  }
});

test('the chat carries nothing that it does not need', () => {
  for (const name of [
    'main.tsx',
    'form.tsx',
    'app/routes/settings.tsx',
    '/node_modules/react/index.js',
  ]) {
    expect(fileFor(name), name).toBeNull();
  }
});
