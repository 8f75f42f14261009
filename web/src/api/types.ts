/**
 * What the server's API speaks, by the names that the page uses. `schema.d.ts` is generated from the server's own
 * document (`npm run types`); here is only what that leaves open.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type AccountState = Schemas['AccountState'];
export type CheckedFields = Schemas['CheckedFields'];
export type Invitation = Schemas['Invitation'];
export type InvitationList = Schemas['InvitationList'];
export type Message = Schemas['Message'];
export type MessageRange = Schemas['MessageHistory'];
export type NewInvitation = Schemas['NewInvitation'];
export type Session = Schemas['Session'];
export type Sessions = Schemas['Sessions'];

export type User = Schemas['User'] & { last_seen?: string | null };
/** A server that does not know the switch does not count deliveries. */
export type Me = Schemas['Me'] & { receipts?: boolean };
export type Conversation = Omit<Schemas['Conversation'], 'user'> & {
  user: User;
};
export type ConversationPage = Omit<Schemas['ConversationPage'], 'results'> & {
  results: Conversation[];
};

/** Where a user's stream of events stands. */
export type EventCursor = Omit<Schemas['EventPage'], 'results'>;

type Told = Schemas['Event'];

export type MessageEvent = Told & { type: 'message'; message: string };
export type ReadEvent = Told & { type: 'read'; reader: string };
export type ChangeEvent = Told & { type: 'edit' | 'delete'; message: string };
export type ChatEvent = MessageEvent | ReadEvent | ChangeEvent;

export type EventPage = EventCursor & { results: ChatEvent[] };
