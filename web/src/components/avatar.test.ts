import { expect, it } from 'vitest';
import { initialsOf } from './avatar';

it.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['lena_müller-x', 'LX'],
  ['Иван Петров', 'ИП'],
  ['陈思远', '陈'],
  ['فاطمة الزهراء', 'ف'],
  ['👩🏽‍💻 dev', '👩🏽‍💻'],
  ['user@example.org', 'UO'],
  ['---', '-'],
])('%s is %s', (name, initials) => expect(initialsOf(name)).toBe(initials));
