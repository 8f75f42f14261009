import { expect, type Locator, type Page } from '@playwright/test';

/** The page tries again at least every half minute, and gives each try ten seconds. */
export const backOnline = { timeout: 45_000 };

/** The page as its user knows it: by what is written on it. */
export class Chat {
  readonly page: Page;
  readonly sidebar: Locator;
  readonly search: Locator;
  readonly conversations: Locator;
  readonly heading: Locator;
  readonly messages: Locator;
  readonly bodies: Locator;
  readonly composer: Locator;
  readonly sendButton: Locator;
  readonly banner: Locator;

  constructor(page: Page) {
    this.page = page;
    this.sidebar = page.getByRole('navigation', { name: 'Conversations' });
    this.search = page.getByRole('searchbox', { name: 'Search people and messages' });
    this.conversations = page.getByRole('list', { name: 'Conversations' });
    this.heading = page
      .getByRole('region', { name: /^Conversation with / })
      .getByRole('heading', { level: 2 })
      .first();
    this.messages = page.getByRole('region', { name: 'Messages' });
    this.bodies = this.messages.getByRole('article').getByRole('paragraph');
    this.composer = page.getByRole('textbox', { name: /^Message to / });
    this.sendButton = page.getByRole('button', { name: 'Send', exact: true });
    this.banner = page
      .getByRole('status')
      .filter({ hasText: /Connecting|Connection lost|offline/ });
  }

  /** Somebody in the list at the side. */
  person(name: string): Locator {
    return this.sidebar.getByRole('link', { name: new RegExp(`^${name}\\b`) });
  }

  /** The people, or the messages, that a search has found. */
  found(what: 'People' | 'Messages'): Locator {
    return this.sidebar.getByRole('list', { name: what });
  }

  message(text: string): Locator {
    return this.messages.getByRole('article').filter({ hasText: text });
  }

  /** Searches for somebody and takes the answer. */
  async choose(name: string): Promise<void> {
    await this.search.fill(name);
    await this.sidebar.getByRole('list', { name: 'People' }).getByRole('link', { name }).click();
    await expect(this.composer).toBeVisible();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await expect(this.composer).toHaveValue('');
  }

  /** The latest message, exactly: not a space more or less. */
  async expectLatest(body: string): Promise<void> {
    const latest = () => this.bodies.last().textContent();
    await expect.poll(latest, { intervals: [50, 100] }).toBe(body);
  }

  async logOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Account and settings' }).click();
    await this.page.getByRole('menuitem', { name: 'Log out' }).click();
  }
}
