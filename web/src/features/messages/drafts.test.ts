import { beforeEach, expect, it } from 'vitest';
import { Drafts } from './drafts';

beforeEach(() => localStorage.clear());

it('survives, for each pair of people', () => {
  const drafts = new Drafts('mina');
  drafts.set('ada', 'half a thought\n');
  expect(new Drafts('mina').get('ada')).toBe('half a thought\n');
  expect(new Drafts('mina').get('bruno')).toBe('');
  expect(new Drafts('mina.ada').get('')).toBe('');
});

it('is gone when it is sent or blank', () => {
  const drafts = new Drafts('mina');
  drafts.set('ada', 'x');
  drafts.set('ada', ' \n');
  expect(localStorage).toHaveLength(0);
});

it('leaves nothing of its owner, and everything of others', () => {
  new Drafts('mina').set('ada', 'x');
  new Drafts('zoe').set('ada', 'y');
  new Drafts('mina').clear();
  expect(new Drafts('mina').get('ada')).toBe('');
  expect(new Drafts('zoe').get('ada')).toBe('y');
});

it('does without storage', () => {
  const drafts = new Drafts('mina', null);
  drafts.set('ada', 'x');
  expect(drafts.get('ada')).toBe('');
  drafts.clear();
});
