import { navigate } from 'wouter/use-browser-location';
import type { Message } from '@/api/types';
import { nameOf } from '@/components/names';
import { conversationPath, peerIn } from '@/components/paths';
import { looking } from '@/components/use-attention';
import { findConversation } from '@/features/conversations/inbox';
import { Alerts } from '@/features/notifications/alerts';
import { chime } from '@/features/notifications/chime';
import { becomeTheOne, showOnDesktop, takeBack } from '@/features/notifications/desktop';
import { Muted } from '@/features/notifications/muted';
import { Notifier, type Notice } from '@/features/notifications/notifier';
import { say } from '@/i18n/use-text';
import { systemClock } from '@/realtime/clock';
import type { InboxKeeper } from './inbox-keeper';

/** Tells of what arrives while nobody looks, as far as that is wanted on this device. */
export class News {
  readonly alerts = new Alerts();
  readonly muted: Muted;
  readonly #inbox: InboxKeeper;
  readonly #notifier: Notifier;
  readonly #end = new AbortController();

  constructor(me: string, inbox: InboxKeeper) {
    this.#inbox = inbox;
    this.muted = new Muted(me);
    this.muted.follow(this.#end.signal);
    this.alerts.follow(this.#end.signal);
    const isTheOne = becomeTheOne(this.#end.signal);
    this.#notifier = new Notifier({
      clock: systemClock,
      me,
      looking,
      open: () => peerIn(window.location.pathname) ?? null,
      isMuted: (peer) => this.muted.has(peer),
      isRead: (peer, seq) => (this.#conversation(peer)?.read_seq ?? 0) >= seq,
      nameOf: (peer) => this.#nameOf(peer),
      countOf: (count) => say('alerts.count', { count }),
      show: (notice) => {
        if (isTheOne() && this.alerts.allowed) void this.#show(notice);
      },
      chime: () => {
        // A browser that forbids it has said so on its console.
        if (isTheOne() && this.alerts.sound.get()) chime().catch(() => undefined);
      },
    });
  }

  arrived(message: Message): void {
    this.#notifier.arrived(message);
    if (!looking()) this.alerts.consider();
  }

  /** Somebody has written here, and may wait for an answer. */
  sent(): void {
    this.alerts.consider();
  }

  read(peer: string): void {
    void takeBack(peer);
  }

  stop(): void {
    this.#end.abort();
    this.#notifier.stop();
  }

  #show(notice: Notice): Promise<void> {
    const path = conversationPath(notice.peer);
    return showOnDesktop({ ...notice, path, onOpen: (to) => navigate(to) });
  }

  #nameOf(peer: string): string {
    const user = this.#conversation(peer)?.user;
    return user ? nameOf(user) : peer;
  }

  #conversation(peer: string) {
    return findConversation(this.#inbox.get(), peer);
  }
}
