import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import { afterEach, describe, expect, it } from 'vitest';
import { i18n } from '@lingui/core';
import {
  chooseLanguage,
  keepLanguage,
  languages,
  preferredLanguage,
  regional,
  speak,
  speakAlso,
} from './languages';
import { timesFor } from './use-times';

const folder = join(import.meta.dirname, 'locales');
const read = (file: string) =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;
const english = read('en.json');

const names = (text: string): string[] =>
  compileMessageOrThrow(text)
    .filter((token) => typeof token !== 'string')
    .map(([name]) => name)
    .sort();

describe.each(readdirSync(folder))('%s', (file) => {
  const catalogue = read(file);

  it('has every text, and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(english).sort());
  });

  it('takes the same values in each text', () => {
    for (const [key, text] of Object.entries(catalogue)) {
      expect(text.trim(), key).not.toBe('');
      expect(names(text), key).toEqual(names(english[key] ?? ''));
    }
  });
});

afterEach(async () => {
  localStorage.clear();
  await speak('en');
});

it('speaks what the browser prefers, or what was chosen', async () => {
  expect(preferredLanguage(['de-AT', 'ar-EG', 'en'])).toBe('ar');
  expect(preferredLanguage(['xx'])).toBe('en');
  await chooseLanguage('es');
  expect(preferredLanguage(['ar'])).toBe('es');
  expect(document.documentElement.lang).toBe('es');
});

it('stays with what was chosen while its texts are on their way', async () => {
  const chosen = chooseLanguage('es');
  await Promise.all([chosen, speakAlso('admin')]);
  expect(i18n.locale).toBe('es');
  expect(i18n.t('admin.users.title')).not.toBe('admin.users.title');
});

it('turns the page around for Arabic', async () => {
  await speak('ar');
  expect(document.documentElement.dir).toBe(languages.ar.dir);
  expect(i18n.t('conversations.unread', { count: 3 })).not.toBe('conversations.unread');
});

it('tells times the way of the region', () => {
  expect(regional('en', ['de', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(regional('es', ['de'])).toBe('es');
});

it('names days from where the reader is', () => {
  const times = timesFor('en-GB');
  const now = new Date(2026, 10, 24, 12);
  expect(times.dayName(new Date(2026, 10, 24, 0, 1), now)).toBe('Today');
  expect(times.dayName(new Date(2026, 10, 23, 23, 59), now)).toBe('Yesterday');
  expect(times.dayName(new Date(2026, 10, 20), now)).toBe('Friday');
  expect(times.dayName(new Date(2026, 2, 3), now)).toBe('Tuesday 3 March');
  expect(times.dayName(new Date(2024, 2, 3), now)).toBe('3 March 2024');
  expect(times.ago(new Date(2026, 10, 24, 11, 59, 50), now)).toBe('1 minute ago');
  expect(times.ago(new Date(2026, 10, 24, 9), now)).toBe('3 hours ago');
  expect(times.ago(new Date(2026, 10, 23, 9), now)).toBe('yesterday');
  expect(times.ago(new Date(2026, 9, 3), now)).toBe('3 Oct');
  expect(times.brief(new Date(2026, 10, 24, 9, 5), now)).toBe('09:05');
  expect(times.brief(new Date(2026, 10, 23), now)).toBe('Mon');
});

it('keeps a chosen language when everything is wiped, and the browser’s own as it is', async () => {
  await chooseLanguage('ar');
  localStorage.clear();
  keepLanguage();
  expect(preferredLanguage(['en-US'])).toBe('ar');
  localStorage.clear();
  await speak('en');
  keepLanguage();
  expect(localStorage).toHaveLength(0);
});
