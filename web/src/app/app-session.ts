import { QueryClient } from '@tanstack/react-query';
import { ApiClient } from '@/api/client';
import { meKey, meQuery } from '@/api/me';
import { ApiProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { logOut } from '@/features/session/api';
import { backoff } from '@/realtime/backoff';
import { Store } from '@/realtime/store';
import { ChatEngine, currentCursor } from './chat-engine';

/** Why nobody is logged in. */
export type Out = 'nobody' | 'left' | 'ended' | 'deleted';

export type SessionState =
  | { status: 'loading' }
  | { status: 'in'; engine: ChatEngine }
  | { status: 'out'; why: Out }
  | { status: 'unreachable' };

/** Who is logged in on this page, if anyone. Outside of React, because it outlives every view. */
export class AppSession {
  readonly api = new ApiClient();
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
      this.#begin(me, cursor);
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.kind === 'signed-out') {
        this.state.set({ status: 'out', why: 'left' });
        return;
      }
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
    // The sockets of an account that is gone close at once: that is no news any more.
    this.#close();
    await engine?.outbox.clear();
    this.state.set({ status: 'out', why });
  }

  #begin(me: Me, cursor: Awaited<ReturnType<typeof currentCursor>>): void {
    this.#failures = 0;
    const engine = new ChatEngine({
      api: this.api,
      queryClient: this.queryClient,
      me,
      cursor,
      onEnded: () => this.#ended(),
    });
    engine.start();
    this.state.set({ status: 'in', engine });
  }

  #ended(): void {
    if (!this.#current().engine) return;
    this.#close();
    this.state.set({ status: 'out', why: 'ended' });
  }

  #close(): void {
    this.#current().engine?.stop();
    this.queryClient.clear();
  }

  #current(): { engine: ChatEngine | null } {
    const state = this.state.get();
    return { engine: state.status === 'in' ? state.engine : null };
  }
}
