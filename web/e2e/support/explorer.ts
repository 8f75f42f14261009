import { expect, type Locator, type Page } from '@playwright/test';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The API's own page, on which every call can be made. */
export class Explorer {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Lets every call from here on be made by a token. */
  async authorize(token: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = this.page.locator('.auth-container', { hasText: 'bearer' });
    await dialog.locator('input').fill(token);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await this.page.locator('.modal-ux .close-modal').click();
  }

  call(method: Method, path: string): Call {
    return new Call(this.page, method, path);
  }
}

/** One call, with its fields and what came of it. */
export class Call {
  readonly block: Locator;
  readonly #page: Page;

  constructor(page: Page, method: Method, path: string) {
    this.#page = page;
    const name = page.locator(`.opblock-summary-path[data-path="${path}"]`);
    this.block = page.locator(`.opblock-${method}`, { has: name });
  }

  async unfold(): Promise<void> {
    await this.block.locator('.opblock-summary-control').click();
    await expect(this.block.locator('.execute')).toBeVisible();
  }

  /** A field of the path or the query. */
  parameter(name: string): Locator {
    return this.block.locator(`tr[data-param-name="${name}"]`).locator('input, select').first();
  }

  get body(): Locator {
    return this.block.locator('textarea.body-param__text');
  }

  async choose(mediaType: string): Promise<void> {
    await this.block
      .locator('.opblock-section-request-body select.content-type')
      .selectOption(mediaType);
  }

  /** Makes the call; gives the status that the server answered. */
  async execute(): Promise<number> {
    await this.block.locator('.execute').click();
    const status = this.block.locator('.live-responses-table tbody .response-col_status').first();
    await expect(status).toHaveText(/^\s*\d{3}/);
    return Number.parseInt(await status.innerText());
  }

  /** What the explorer shows of the answer. */
  get answer(): Locator {
    return this.block.locator('.live-responses-table tbody .response-col_description').first();
  }

  async fold(): Promise<void> {
    await this.block.locator('.opblock-summary-control').click();
    await expect(this.#page.locator('.execute')).toHaveCount(0);
  }
}
