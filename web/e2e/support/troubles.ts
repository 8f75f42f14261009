import type { BrowserContext } from '@playwright/test';

/**
 * What goes wrong in a page without anyone seeing it: errors on the console (a
 * breach of the content policy is one), exceptions, dialogs, failures of the server.
 */
export class Troubles {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];

  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      this.#found.push(`console: ${message.text()} [${message.location().url}]`);
    });
    context.on('weberror', (error) => this.#found.push(`exception: ${String(error.error())}`));
    context.on('response', (response) => {
      if (response.status() >= 500) this.#found.push(`${response.status()}: ${response.url()}`);
    });
    context.on('dialog', (dialog) => {
      this.#found.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** These belong to what the test does, such as the requests that a dead server does not answer. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  all(): readonly string[] {
    return this.#found;
  }

  unexpected(): string[] {
    return this.#found.filter((one) => !this.#expected.some((pattern) => pattern.test(one)));
  }
}

/** How Chromium complains of an answer that the page asked for and can live with. */
export function refusal(status: number, path: string): RegExp {
  return new RegExp(`status of ${status} .*${path}`);
}

/** How Chromium complains when there is nobody at the other end. */
export const unreachable =
  /net::ERR_|WebSocket connection to .* failed|An unknown error occurred when fetching the script/;
