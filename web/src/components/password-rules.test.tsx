import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderPart } from '@/testing/render';
import { PasswordRules, strengthOf } from './password-rules';

const state = (rule: string) =>
  within(screen.getByText(rule, { exact: false })).getByText(/\(.*\)/).textContent;

test.each([
  ['', ['(not yet)', '(not yet)', '(not yet)']],
  ['1234567', ['(not yet)', '(not yet)', '(done)']],
  ['12345678', ['(done)', '(not yet)', '(done)']],
  ['Lovelace', ['(done)', '(done)', '(not yet)']],
  ['ada.l@example.org', ['(done)', '(done)', '(not yet)']],
  ['😀😀😀😀😀😀😀😀', ['(done)', '(done)', '(done)']],
])('of “%s” it says what is met', (password, expected) => {
  renderPart(<PasswordRules password={password} username="lovelace" email="Ada.L@example.org" />);
  const rules = ['At least 8 characters', 'Not only digits', 'Not your name or address'];
  expect(rules.map(state)).toEqual(expected);
});

test('what stands before the @ is no password either', () => {
  renderPart(<PasswordRules password="ada.lovelace" username="ada" email="ada.lovelace@x.org" />);
  expect(state('Not your name or address')).toBe('(not yet)');
});

test('length counts for strength, and repetition does not', () => {
  expect(strengthOf('abcdefgh')).toBe('fair');
  expect(strengthOf('aaaaaaaaaaaaaaaaaaaaaaaa')).toBe('fair');
  expect(strengthOf('a longer one 7')).toBe('good');
  expect(strengthOf('correct horse 7 battery')).toBe('strong');
});
