import { i18n, type Messages } from '@lingui/core';

export const languages = {
  en: { name: 'English', dir: 'ltr' },
  es: { name: 'Español', dir: 'ltr' },
  ar: { name: 'العربية', dir: 'rtl' },
} as const;

export type Language = keyof typeof languages;

/** Each arrives when it is chosen. */
const catalogues: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import('./locales/en.json')).default,
  es: async () => (await import('./locales/es.json')).default,
  ar: async () => (await import('./locales/ar.json')).default,
};

/** What whoever only chats does not load: the texts of accounts and settings, and those for who administers. */
const parts = {
  more: {
    en: async () => (await import('./locales/en.json?more')).default,
    es: async () => (await import('./locales/es.json?more')).default,
    ar: async () => (await import('./locales/ar.json?more')).default,
  },
  admin: {
    en: async () => (await import('./locales/en.json?admin')).default,
    es: async () => (await import('./locales/es.json?admin')).default,
    ar: async () => (await import('./locales/ar.json?admin')).default,
  },
} satisfies Record<string, Record<Language, () => Promise<Messages>>>;

export type Part = keyof typeof parts;
const wanted = new Set<Part>();

const key = 'chatapp.language';

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

/** The language chosen here before, or else the first that the browser prefers. */
export function preferredLanguage(preferences: readonly string[] = navigator.languages): Language {
  const chosen = stored();
  if (isLanguage(chosen)) return chosen;
  const spoken = preferences.map((tag) => tag.toLowerCase().split('-')[0]);
  return spoken.find(isLanguage) ?? 'en';
}

/** The browser's own variety of a language, which knows how its region writes times. */
export function regional(
  language: string,
  preferences: readonly string[] = navigator.languages,
): string {
  return preferences.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
}

/** What is being loaded just now; texts that arrive for anything else come too late. */
let latest = 0;
let loading: Language | null = null;

/** Shows the page in `language`, or leaves it as it is when the catalogue cannot be had. */
export async function speak(language: Language): Promise<void> {
  latest += 1;
  const mine = latest;
  loading = language;
  const loaders = [catalogues, ...[...wanted].map((part) => parts[part])];
  try {
    const loaded = await Promise.all(loaders.map((loader) => loader[language]()));
    if (mine === latest) show(language, Object.assign({}, ...loaded) as Messages);
  } finally {
    if (mine === latest) loading = null;
  }
}

function show(language: Language, messages: Messages): void {
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].dir;
}

/** From now on with these texts too. */
export async function speakAlso(...more: Part[]): Promise<void> {
  more.forEach((part) => wanted.add(part));
  const language = loading ?? i18n.locale;
  if (isLanguage(language)) await speak(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  store(language);
}

/** Writes the choice down once more, where everything was wiped. */
export function keepLanguage(): void {
  // Where nothing else was chosen, it stays the browser's.
  if (isLanguage(i18n.locale) && i18n.locale !== preferredLanguage()) store(i18n.locale);
}

function store(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // The choice then lasts as long as the page.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
