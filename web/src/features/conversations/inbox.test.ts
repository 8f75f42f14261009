import { describe, expect, it } from 'vitest';
import type { Conversation } from '@/api/types';
import { conversation, me, message, mine, user } from '@/testing/fixtures';
import {
  conversationsOf,
  findConversation,
  unreadIn,
  withConversation,
  withMessage,
  withRead,
  withUser,
  type Inbox,
} from './inbox';

function inboxOf(...pages: Conversation[][]): Inbox {
  return {
    pages: pages.map((results) => ({ next: null, results })),
    pageParams: pages.map(() => ''),
  };
}

const names = (inbox: Inbox) => conversationsOf(inbox).map(({ user }) => user.username);
const from = (username: string, seq: number) => message(seq, { user: username });
const none = new Set<string>();
const two = inboxOf([conversation('ada')], [conversation('bruno')]);

describe('a message', () => {
  it('moves its conversation to the top', () => {
    const inbox = withMessage(two, from('bruno', 6), me);
    expect(names(inbox)).toEqual(['bruno', 'ada']);
    expect(findConversation(inbox, 'bruno')).toMatchObject({ last_seq: 6, unread: 1 });
    expect(unreadIn(inbox, none)).toBe(1);
    expect(unreadIn(inbox, new Set(['bruno']))).toBe(0);
  });

  it('counts once, and an old one not at all', () => {
    const inbox = withMessage(two, from('ada', 6), me);
    expect(withMessage(inbox, from('ada', 6), me)).toBe(inbox);
    expect(withMessage(inbox, from('ada', 2), me)).toBe(inbox);
  });

  it('of one’s own is nothing unread', () => {
    const inbox = withMessage(two, mine(6, { recipient: 'bruno' }), me);
    expect(names(inbox)).toEqual(['bruno', 'ada']);
    expect(unreadIn(inbox, none)).toBe(0);
  });

  it('begins a conversation', () => {
    const inbox = withMessage(two, from('zoe', 1), me);
    expect(names(inbox)).toEqual(['zoe', 'ada', 'bruno']);
    const met = withUser(inbox, user('zoe', { display_name: 'Zoë', online: true }));
    expect(findConversation(met, 'zoe')).toMatchObject({
      unread: 1,
      user: { display_name: 'Zoë', online: true },
    });
    expect(withUser(met, user('nobody'))).toBe(met);
  });

  it('already read on another device is not unread', () => {
    const ahead = withRead(two, 'ada', true, 6);
    expect(unreadIn(withMessage(ahead, from('ada', 6), me), none)).toBe(0);
  });
});

describe('reading', () => {
  it('clears what is unread up to there', () => {
    const inbox = [6, 7, 8].reduce((all, seq) => withMessage(all, from('ada', seq), me), two);
    expect(unreadIn(inbox, none)).toBe(3);
    expect(unreadIn(withRead(inbox, 'ada', true, 7), none)).toBe(1);
    expect(unreadIn(withRead(inbox, 'ada', true, 8), none)).toBe(0);
  });

  it('by the other person moves their mark, forward only', () => {
    const inbox = withRead(two, 'ada', false, 3);
    expect(findConversation(inbox, 'ada')?.peer_read_seq).toBe(5);
    expect(findConversation(withRead(two, 'ada', false, 9), 'ada')?.peer_read_seq).toBe(9);
    expect(withRead(two, 'nobody', false, 9)).toBe(two);
  });
});

describe('the server’s word', () => {
  it('replaces what is known', () => {
    const inbox = withConversation(two, conversation('ada', { unread: 2, last_seq: 7 }));
    expect(findConversation(inbox, 'ada')).toMatchObject({ unread: 2, last_seq: 7 });
    expect(names(withConversation(two, conversation('zoe')))[0]).toBe('zoe');
  });

  it('does not undo what came after it was given', () => {
    const newer = withMessage(two, from('ada', 6), me);
    const inbox = withConversation(newer, conversation('ada', { last_seq: 5 }));
    expect(findConversation(inbox, 'ada')).toMatchObject({ last_seq: 6, unread: 1 });
  });
});

it('shows a conversation once, where it is newest', () => {
  const inbox = inboxOf([conversation('ada'), conversation('zoe')], [conversation('ada')]);
  expect(names(inbox)).toEqual(['ada', 'zoe']);
});
