import { expect, type Locator, type Page } from '@playwright/test';
import { password } from './server.ts';

/** The log-in form, with script or without. */
export class LogIn {
  readonly page: Page;
  readonly username: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.page = page;
    this.username = page.getByLabel('Username');
    this.password = page.getByLabel('Password', { exact: true });
    this.submit = page.getByRole('button', { name: 'Log in' });
    this.alert = page.getByRole('alert');
  }

  /** The script has taken the place of the server's own form. */
  async expectReady(): Promise<void> {
    await expect(this.page.getByRole('button', { name: 'Show password' })).toBeVisible();
  }

  async as(username: string, secret = password): Promise<void> {
    await this.username.fill(username);
    await this.password.fill(secret);
    await this.submit.click();
  }
}
