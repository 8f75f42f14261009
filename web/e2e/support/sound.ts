import type { BrowserContext, Page } from '@playwright/test';

declare global {
  interface Window {
    /** How often a sound has begun. */
    notes: number;
    /** Whether somebody looks at the page. */
    watched: boolean;
  }
}

/** Counts the notes that the page plays; for the page somebody looks at it until `lookAway`. */
export async function listen(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.notes = 0;
    window.watched = true;
    document.hasFocus = () => window.watched;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when) {
      window.notes += 1;
      start.call(this, when);
    };
  });
}

export function notes(page: Page): Promise<number> {
  return page.evaluate(() => window.notes);
}

export async function lookAway(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.watched = false;
    window.dispatchEvent(new Event('blur'));
  });
}
