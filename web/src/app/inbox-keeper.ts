import type { QueryClient } from '@tanstack/react-query';
import type { Conversation, Message, User } from '@/api/types';
import { inboxKey } from '@/features/conversations/api';
import {
  findConversation,
  withBlocked,
  withConversation,
  withDelivered,
  withMessage,
  withRead,
  withUser,
  type Inbox,
} from '@/features/conversations/inbox';

interface Options {
  queryClient: QueryClient;
  me: string;
  /** A page has been loaded. */
  onPage: (conversations: readonly Conversation[]) => void;
}

interface Change {
  apply: (inbox: Inbox) => Inbox;
}

/** Enough to cover what happens while a page of conversations is on its way. */
const remembered = 300;

/** Keeps the cached list of conversations up to date with what the socket and the sends tell. */
export class InboxKeeper {
  readonly #options: Options;
  readonly #unsubscribe: () => void;
  #recent: Change[] = [];
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const cache = options.queryClient.getQueryCache();
    this.#unsubscribe = cache.subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'success') return;
      const [key] = event.query.queryKey as unknown[];
      if (key === inboxKey[0] && !event.action.manual) this.#loaded();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
  }

  get(): Inbox | undefined {
    return this.#options.queryClient.getQueryData<Inbox>(inboxKey);
  }

  knows(peer: string): boolean {
    return findConversation(this.get(), peer) !== undefined;
  }

  message(message: Message): void {
    this.#change((inbox) => withMessage(inbox, message, this.#options.me));
  }

  conversation(conversation: Conversation): void {
    this.#change((inbox) => withConversation(inbox, conversation));
  }

  read(peer: string, byMe: boolean, seq: number): void {
    this.#change((inbox) => withRead(inbox, peer, byMe, seq));
  }

  delivered(peer: string, seq: number): void {
    this.#change((inbox) => withDelivered(inbox, peer, seq));
  }

  blocked(peer: string, blocked: boolean): void {
    this.#change((inbox) => withBlocked(inbox, peer, blocked));
  }

  user(user: User): void {
    this.#change((inbox) => withUser(inbox, user));
  }

  /** Everything may have changed: start again from the first page. */
  reload(): void {
    this.#recent = [];
    void this.#options.queryClient.resetQueries({ queryKey: inboxKey });
  }

  /** A failed load is worth another try. */
  nudge(): void {
    const { queryClient } = this.#options;
    if (queryClient.getQueryState(inboxKey)?.status === 'error') {
      void queryClient.refetchQueries({ queryKey: inboxKey });
    }
  }

  #change(apply: (inbox: Inbox) => Inbox): void {
    // The list may be somebody else's by now.
    if (this.#stopped) return;
    this.#recent = [...this.#recent.slice(1 - remembered), { apply }];
    this.#write(apply);
  }

  /** A page that was asked for before a change may arrive after it, without it. */
  #loaded(): void {
    const recent = this.#recent;
    if (recent.length > 0) {
      this.#write((inbox) => recent.reduce((result, { apply }) => apply(result), inbox));
    }
    this.#options.onPage(this.get()?.pages.at(-1)?.results ?? []);
  }

  #write(apply: (inbox: Inbox) => Inbox): void {
    const inbox = this.get();
    const changed = inbox && apply(inbox);
    // Whoever looks on is told of every write, also of one that changes nothing.
    if (changed !== inbox) this.#options.queryClient.setQueryData<Inbox>(inboxKey, changed);
  }
}
