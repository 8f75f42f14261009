import { QueryClient } from '@tanstack/react-query';
import { ApiClient } from '@/api/client';
import { HeadStart } from '@/api/head-start';
import { meKey, meQuery } from '@/api/me';
import { ApiProblem } from '@/api/problem';
import type { EventCursor, Me } from '@/api/types';
import { IndexedSnapshots } from '@/features/offline/snapshots';
import { keepTheme } from '@/features/preferences/theme';
import { logOut } from '@/features/session/api';
import { keepLanguage } from '@/i18n/languages';
import { backoff } from '@/realtime/backoff';
import { systemClock } from '@/realtime/clock';
import { Store } from '@/realtime/store';
import { ChatEngine, currentCursor } from './chat-engine';
import { Memory } from './memory';

/** Why nobody is logged in. */
export type Out = 'nobody' | 'left' | 'ended' | 'deleted';

export type SessionState =
  | { status: 'loading' }
  | { status: 'in'; engine: ChatEngine }
  | { status: 'out'; why: Out }
  | { status: 'unreachable' };

/** Who is logged in on this page, if anyone. Outside of React, because it outlives every view. */
export class AppSession {
  readonly #headStart = new HeadStart(window.headStart);
  readonly api = new ApiClient(this.#headStart.fetch);
  readonly queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, problem) =>
          failures < 3 && (!(problem instanceof ApiProblem) || problem.passing),
        // Without network a query fails and says so, rather than waiting unseen.
        networkMode: 'always',
      },
    },
  });
  readonly state = new Store<SessionState>({ status: 'loading' });
  readonly #snapshots = new IndexedSnapshots();
  #failures = 0;

  constructor() {
    this.api.onSignedOut(() => this.#ended());
  }

  /** Takes up the session that the browser's cookie stands for. */
  async resume(): Promise<void> {
    try {
      const [me, cursor] = await Promise.all([
        this.queryClient.query({ ...meQuery(this.api), retry: false }),
        currentCursor(this.api),
      ]);
      void this.#snapshots.begin(me.username, me);
      this.#begin(me, cursor, this.#memory(me));
    } catch (problem) {
      // What was asked for then may be older than what the next attempt learns first.
      this.#headStart.drop();
      if (problem instanceof ApiProblem && problem.kind === 'signed-out') {
        this.state.set({ status: 'out', why: 'left' });
        return;
      }
      if (await this.#recall()) return;
      this.state.set({ status: 'unreachable' });
      this.#failures += 1;
      setTimeout(() => void this.resume(), backoff(this.#failures, Math.random));
    }
  }

  /** Nobody is logged in, and nobody was. */
  nobody(): void {
    this.state.set({ status: 'out', why: 'nobody' });
  }

  async loggedIn(me: Me): Promise<void> {
    this.queryClient.setQueryData(meKey, me);
    await this.resume();
  }

  async logOut(): Promise<void> {
    await logOut(this.api);
    await this.#forget('left');
  }

  /** The account is gone, and with it what this browser kept for it. */
  deleted(): Promise<void> {
    return this.#forget('deleted');
  }

  async #forget(why: Out): Promise<void> {
    const { engine } = this.#current();
    engine?.drafts.clear();
    engine?.news.muted.clear();
    // The sockets of an account that is gone close at once: that is no news any more.
    this.#close();
    await engine?.outbox.clear();
    await this.#snapshots.clear();
    // The answer has wiped everything, where the browser obeys it. What was chosen for the device is nobody's secret.
    keepTheme();
    keepLanguage();
    engine?.news.alerts.keep();
    this.state.set({ status: 'out', why });
  }

  /** Opens with what this device has kept, if anybody was logged in here; the socket goes on asking for the server. */
  async #recall(): Promise<boolean> {
    const me = (await this.#snapshots.person()) as Me | undefined;
    if (!me) return false;
    const memory = this.#memory(me);
    await memory.recallList();
    this.#begin(me, null, memory);
    return true;
  }

  #memory(me: Me): Memory {
    const { queryClient } = this;
    return new Memory({ snapshots: this.#snapshots, queryClient, clock: systemClock, me });
  }

  #begin(me: Me, cursor: EventCursor | null, memory: Memory): void {
    this.#failures = 0;
    const engine = new ChatEngine({
      api: this.api,
      queryClient: this.queryClient,
      me,
      cursor,
      memory,
      onEnded: () => this.#ended(),
    });
    engine.start();
    this.state.set({ status: 'in', engine });
  }

  #ended(): void {
    if (!this.#current().engine) return;
    this.#close();
    void this.#snapshots.clear();
    this.state.set({ status: 'out', why: 'ended' });
  }

  #close(): void {
    // What was asked for early was for whoever was here.
    this.#headStart.drop();
    this.#current().engine?.stop();
    this.queryClient.clear();
  }

  #current(): { engine: ChatEngine | null } {
    const state = this.state.get();
    return { engine: state.status === 'in' ? state.engine : null };
  }
}
