import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';

export const languages = ['en', 'es', 'ar'] as const;
export type Language = (typeof languages)[number];

type Values = Record<string, string>;

/** As somebody who has chosen it before. */
export async function choose(context: BrowserContext, language: Language): Promise<void> {
  await context.addInitScript((chosen) => {
    // An empty page has no storage.
    if (location.protocol === 'http:') localStorage.setItem('chatapp.language', chosen);
  }, language);
}

/** What the page says in a language; of texts with a plural, nothing is asked here. */
export function words(language: Language): (key: string, values?: Values) => string {
  const file = join(import.meta.dirname, '../../src/i18n/locales', `${language}.json`);
  const catalogue = JSON.parse(readFileSync(file, 'utf8')) as Values;
  return (key, values = {}) => {
    const text = catalogue[key];
    if (text === undefined) throw new Error(`the page has no text called ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  };
}
