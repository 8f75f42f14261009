import type { InfiniteData } from '@tanstack/react-query';
import type { Conversation, ConversationPage, Message, User } from '@/api/types';

/**
 * What notifications do to the list of conversations, as pure functions on the
 * cached pages.
 */
export type Inbox = InfiniteData<ConversationPage>;

const flattened = new WeakMap<Inbox, Conversation[]>();

/** Each conversation once: one that moved up may come again with a later page. */
export function conversationsOf(inbox: Inbox): Conversation[] {
  const known = flattened.get(inbox);
  if (known) return known;
  const seen = new Set<string>();
  const all = inbox.pages
    .flatMap((page) => page.results)
    .filter(({ user }) => !seen.has(user.username) && seen.add(user.username));
  flattened.set(inbox, all);
  return all;
}

/** How many messages wait to be read, those of muted people aside. */
export function unreadIn(inbox: Inbox | undefined, muted: ReadonlySet<string>): number {
  if (!inbox) return 0;
  return conversationsOf(inbox)
    .filter(({ user }) => !muted.has(user.username))
    .reduce((sum, { unread }) => sum + unread, 0);
}

export function findConversation(inbox: Inbox | undefined, peer: string) {
  return inbox && conversationsOf(inbox).find(({ user }) => user.username === peer);
}

export function peerOf(message: Message, me: string): string {
  return message.user === me ? message.recipient : message.user;
}

/** A message that may be new moves its conversation to the top; an old one changes nothing. */
export function withMessage(inbox: Inbox, message: Message, me: string): Inbox {
  const peer = peerOf(message, me);
  const known = findConversation(inbox, peer);
  if (known && known.last_seq >= message.seq) return inbox;
  const conversation = known ?? fresh(peer, message);
  return onTop(inbox, {
    ...conversation,
    last_message: message,
    last_seq: message.seq,
    unread: unreadAfter(conversation, message, me),
  });
}

/** The server's own word on a conversation, which may be older than what is known here. */
export function withConversation(inbox: Inbox, heard: Conversation): Inbox {
  const known = findConversation(inbox, heard.user.username);
  if (!known) return onTop(inbox, heard);
  const newer = known.last_seq > heard.last_seq;
  return replace(inbox, {
    ...heard,
    user: { ...known.user, ...heard.user },
    read_seq: Math.max(known.read_seq, heard.read_seq),
    peer_read_seq: Math.max(known.peer_read_seq, heard.peer_read_seq),
    peer_delivered_seq: Math.max(known.peer_delivered_seq, heard.peer_delivered_seq),
    ...(newer && { last_message: known.last_message, last_seq: known.last_seq }),
    unread: newer ? Math.min(known.unread, known.last_seq - heard.read_seq) : heard.unread,
  });
}

/** Someone, perhaps oneself on another device, has read up to `seq`. */
export function withRead(inbox: Inbox, peer: string, byMe: boolean, seq: number): Inbox {
  const known = findConversation(inbox, peer);
  if (!known) return inbox;
  if (!byMe) return replace(inbox, { ...known, peer_read_seq: Math.max(known.peer_read_seq, seq) });
  const read = Math.max(known.read_seq, seq);
  // The places left may hold one's own messages too, so this is the most it can be.
  const unread = Math.max(0, Math.min(known.unread, known.last_seq - read));
  return replace(inbox, { ...known, read_seq: read, unread });
}

/** A device of theirs has everything up to `seq`. */
export function withDelivered(inbox: Inbox, peer: string, seq: number): Inbox {
  const known = findConversation(inbox, peer);
  if (!known || known.peer_delivered_seq >= seq) return inbox;
  return replace(inbox, { ...known, peer_delivered_seq: seq });
}

/** What is learnt about a person, shown wherever they are. */
export function withBlocked(inbox: Inbox, peer: string, blocked: boolean): Inbox {
  const known = findConversation(inbox, peer);
  return known ? replace(inbox, { ...known, blocked }) : inbox;
}

export function withUser(inbox: Inbox, user: User): Inbox {
  const known = findConversation(inbox, user.username);
  return known ? replace(inbox, { ...known, user: { ...known.user, ...user } }) : inbox;
}

function fresh(peer: string, message: Message): Conversation {
  return {
    user: { username: peer, display_name: '', online: false, deleted: false },
    last_message: message,
    last_seq: 0,
    read_seq: 0,
    peer_read_seq: 0,
    peer_delivered_seq: 0,
    unread: 0,
    blocked: false,
  };
}

function unreadAfter(conversation: Conversation, message: Message, me: string): number {
  if (message.user === me) return conversation.unread;
  if (message.seq <= conversation.read_seq) return conversation.unread;
  // Several may have come while only the last is known here.
  const unseen = message.seq - Math.max(conversation.last_seq, conversation.read_seq);
  return conversation.unread + Math.max(1, conversation.last_seq === 0 ? 1 : unseen);
}

function onTop(inbox: Inbox, conversation: Conversation): Inbox {
  const without = each(inbox, (page) =>
    page.results.filter(({ user }) => user.username !== conversation.user.username),
  );
  const [first, ...rest] = without.pages;
  if (!first) return inbox;
  return { ...without, pages: [{ ...first, results: [conversation, ...first.results] }, ...rest] };
}

function replace(inbox: Inbox, conversation: Conversation): Inbox {
  return each(inbox, (page) =>
    page.results.map((one) =>
      one.user.username === conversation.user.username ? conversation : one,
    ),
  );
}

function each(inbox: Inbox, change: (page: ConversationPage) => Conversation[]): Inbox {
  return { ...inbox, pages: inbox.pages.map((page) => ({ ...page, results: change(page) })) };
}
