/**
 * What the server's API speaks, by the names that the page uses. `schema.d.ts` is generated from the server's own
 * document (`npm run types`); here is only what that leaves open.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type AccountState = Schemas['AccountState'];
export type CheckedFields = Schemas['CheckedFields'];
export type Conversation = Schemas['Conversation'];
export type ConversationPage = Schemas['ConversationPage'];
export type FoundMessage = Schemas['FoundMessage'];
export type FoundMessages = Schemas['FoundMessages'];
export type Invitation = Schemas['Invitation'];
export type InvitationList = Schemas['InvitationList'];
export type Me = Schemas['Me'];
export type Message = Schemas['Message'];
export type MessageRange = Schemas['MessageHistory'];
export type NewInvitation = Schemas['NewInvitation'];
export type Session = Schemas['Session'];
export type Sessions = Schemas['Sessions'];
export type User = Schemas['User'];

export type TokenScope = 'read' | 'write';
export type Token = Schemas['Token'];
export type NewToken = Schemas['MadeToken'];

/** Where a user's stream of events stands. */
export type EventCursor = Omit<Schemas['EventPage'], 'results'>;

type Told = Schemas['Event'];

export type MessageEvent = Told & { type: 'message'; message: string };
export type ReadEvent = Told & { type: 'read'; reader: string };
export type ChangeEvent = Told & { type: 'edit' | 'delete'; message: string };
export type ChatEvent = MessageEvent | ReadEvent | ChangeEvent;

export type EventPage = EventCursor & { results: ChatEvent[] };
