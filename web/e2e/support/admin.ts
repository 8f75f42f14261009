import { expect, type Locator, type Page } from '@playwright/test';

export type Section = 'Overview' | 'People' | 'Messages' | 'Reports' | 'Invitations' | 'Log';

/** The page for who administers, as they know it: by what is written on it. */
export class Admin {
  readonly page: Page;
  readonly sections: Locator;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.sections = page.getByRole('navigation', { name: 'Administration' });
    this.dialog = page.getByRole('dialog');
  }

  async goTo(section: Section): Promise<void> {
    await this.sections.getByRole('link', { name: section, exact: true }).click();
    await expect(this.page.getByRole('heading', { level: 2, name: section })).toBeAttached();
  }

  /** The rows of a list, without its heading. */
  rows(list: Section): Locator {
    return this.page
      .getByRole('table', { name: list })
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell') });
  }

  /** Someone in the list of people, found by name. */
  async openPerson(name: string): Promise<void> {
    await this.goTo('People');
    await this.page.getByRole('searchbox').fill(name);
    await this.rows('People').getByRole('link', { name, exact: true }).click();
    await expect(this.page.getByText(`@${name}`)).toBeVisible();
  }

  /** A step that is asked about: how to begin it, the question, and the button that means it. */
  async step(begin: Locator, question: string | RegExp, button: string): Promise<void> {
    await begin.click();
    const dialog = this.page.getByRole('dialog', { name: question });
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  /** Proves who one is, where that is asked. */
  async confirm(password: string): Promise<void> {
    const dialog = this.page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByLabel('Your password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog).toBeHidden();
  }
}

/** The next request to administer is answered as if half an hour had passed. */
export async function tooOldOnce(page: Page): Promise<void> {
  const json = { detail: 'Enter your password again.', code: 'password_required' };
  await page.route('**/api/v1/admin/**', (route) => route.fulfill({ status: 403, json }), {
    times: 1,
  });
}
