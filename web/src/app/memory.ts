import type { QueryClient } from '@tanstack/react-query';
import type { Conversation, Me, Message } from '@/api/types';
import { inboxKey } from '@/features/conversations/api';
import { conversationsOf, type Inbox } from '@/features/conversations/inbox';
import { emptied } from '@/features/messages/timeline-order';
import type { TimelineMemory } from '@/features/messages/timeline-store';
import type { Snapshots } from '@/features/offline/snapshots';
import type { Clock } from '@/realtime/clock';

interface Options {
  snapshots: Snapshots;
  queryClient: QueryClient;
  clock: Clock;
  me: Me;
}

/** So many conversations are kept: more than anybody looks through without a network. */
const mostConversations = 300;
/** Changes that come together are written once. */
const gather = 1_000;
const list = 'conversations';
const messagesWith = (peer: string) => `messages ${peer}`;

/** Writes down what is shown, so that a page that opens without a server has it. */
export class Memory implements TimelineMemory {
  readonly #options: Options;
  readonly #unsubscribe: () => void;
  readonly #due = new Map<string, () => unknown>();
  #timer: unknown = null;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const cache = options.queryClient.getQueryCache();
    this.#unsubscribe = cache.subscribe(({ type, query }) => {
      const [key] = query.queryKey as unknown[];
      if (type === 'updated' && key === inboxKey[0]) this.#write(list, () => this.#conversations());
    });
  }

  remember(peer: string, messages: readonly Message[]): void {
    this.#write(messagesWith(peer), () => messages);
  }

  /** What was deleted is not kept either, whether the conversation is open here or not. */
  async strike(peer: string, seq: number): Promise<void> {
    const { snapshots, me } = this.#options;
    const name = messagesWith(peer);
    const due = this.#due.get(name);
    if (due) this.#due.set(name, () => emptied(due() as Message[], seq));
    const kept = (await snapshots.get(me.username, name)) as Message[] | undefined;
    if (kept) await snapshots.put(me.username, name, emptied(kept, seq));
  }

  async recall(peer: string): Promise<readonly Message[]> {
    const { snapshots, me } = this.#options;
    const kept = (await snapshots.get(me.username, messagesWith(peer))) as Message[] | undefined;
    // Of a conversation that was never opened here, the list has the last line.
    const last = conversationsOf(this.#inbox()).find(({ user }) => user.username === peer);
    return kept ?? (last ? [last.last_message] : []);
  }

  /** Shows the list of conversations as it was. */
  async recallList(): Promise<void> {
    const { snapshots, queryClient, me } = this.#options;
    const kept = (await snapshots.get(me.username, list)) as Conversation[] | undefined;
    queryClient.setQueryData<Inbox>(inboxKey, {
      pages: [{ next: null, results: kept ?? [] }],
      pageParams: [''],
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#options.clock.clearTimeout(this.#timer);
    this.#due.clear();
  }

  #conversations(): Conversation[] {
    return conversationsOf(this.#inbox()).slice(0, mostConversations);
  }

  #inbox(): Inbox {
    const inbox = this.#options.queryClient.getQueryData<Inbox>(inboxKey);
    return inbox ?? { pages: [], pageParams: [] };
  }

  #write(name: string, value: () => unknown): void {
    // An answer that comes late must not bring back what was removed from this device.
    if (this.#stopped) return;
    this.#due.set(name, value);
    this.#timer ??= this.#options.clock.setTimeout(() => {
      const { snapshots, me } = this.#options;
      for (const [due, current] of this.#due) void snapshots.put(me.username, due, current());
      this.#due.clear();
      this.#timer = null;
    }, gather);
  }
}
