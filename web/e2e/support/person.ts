import { expect, type APIRequestContext, type BrowserContext } from '@playwright/test';
import { Chat } from './chat.ts';
import { password } from './server.ts';

export interface Message {
  id: number;
  user: string;
  recipient: string;
  timestamp: string;
  body: string;
  seq: number;
}

/** Somebody with a browser of their own. */
export class Person {
  readonly username: string;
  readonly context: BrowserContext;

  constructor(username: string, context: BrowserContext) {
    this.username = username;
    this.context = context;
  }

  /** The API, called with this browser's cookies. */
  get api(): APIRequestContext {
    return this.context.request;
  }

  async logIn(secret = password): Promise<void> {
    const data = { username: this.username, password: secret };
    const answer = await this.api.post('/api/v1/session/', { data });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  /** Another tab. */
  async open(path = '/'): Promise<Chat> {
    const page = await this.context.newPage();
    await page.goto(path);
    return new Chat(page);
  }

  /** Another tab, with this conversation in it. */
  async openChat(peer: Person | string): Promise<Chat> {
    const name = typeof peer === 'string' ? peer : peer.username;
    const chat = await this.open(`/c/${encodeURIComponent(name)}/`);
    await expect(chat.composer).toBeVisible();
    return chat;
  }

  /** Past the page, as another program of theirs would. */
  async post(recipient: Person, body: string): Promise<Message> {
    return await this.postTo(recipient.username, body);
  }

  async postTo(recipient: string, body: string): Promise<Message> {
    const data = { recipient, body };
    const answer = await this.api.post('/api/v1/message/', { data });
    expect(answer.status(), await answer.text()).toBe(201);
    return (await answer.json()) as Message;
  }

  /** The same for thousands: without what a browser's request costs a test. */
  async courier(): Promise<(recipient: string, body: string) => Promise<void>> {
    const cookies = await this.context.cookies();
    const headers = {
      'Content-Type': 'application/json',
      Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    };
    const url = new URL('/api/v1/message/', (await this.api.get('/api/v1/me/')).url());
    return async (recipient, body) => {
      const data = JSON.stringify({ recipient, body });
      const answer = await fetch(url, { method: 'POST', headers, body: data });
      expect(answer.status).toBe(201);
      await answer.arrayBuffer();
    };
  }

  /** Many, one after another, faster than by hand. */
  async postAll(recipient: Person, bodies: readonly string[]): Promise<void> {
    for (const body of bodies) await this.post(recipient, body);
  }

  async markRead(peer: Person, seq: number): Promise<void> {
    const path = `/api/v1/conversation/${encodeURIComponent(peer.username)}/read/`;
    const answer = await this.api.put(path, { data: { seq } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  /** What the server keeps of a conversation, oldest first. */
  async conversation(peer: Person): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const after_seq = messages.at(-1)?.seq ?? 0;
      const params = { target: peer.username, after_seq, limit: 100 };
      const answer = await this.api.get('/api/v1/message/', { params });
      expect(answer.ok(), await answer.text()).toBe(true);
      const page = (await answer.json()) as { results: Message[]; last_seq: number };
      messages.push(...page.results);
      if (page.results.length === 0 || messages.at(-1)?.seq === page.last_seq) return messages;
    }
  }
}
