import type { DateCount } from '@/features/admin/types';

/** A year, a month or a day; what is not said is `''`. */
export interface ChosenDate {
  year: string;
  month: string;
  day: string;
}

export const anyDate: ChosenDate = { year: '', month: '', day: '' };

const limits = { year: 9999, month: 12, day: 31 };

/** As far as an address makes sense: what is below a part that is none is none either. */
export function cleanDate(date: ChosenDate): ChosenDate {
  const clean = { ...anyDate };
  for (const part of ['year', 'month', 'day'] as const) {
    const number = /^\d{1,4}$/.test(date[part]) ? Number(date[part]) : 0;
    if (number < 1 || number > limits[part]) break;
    clean[part] = String(number);
  }
  return clean;
}

/** From the year to what is chosen, each as the choice it is: the way back. */
export function wayTo({ year, month, day }: ChosenDate): ChosenDate[] {
  const way: ChosenDate[] = [];
  if (year !== '') way.push({ year, month: '', day: '' });
  if (year !== '' && month !== '') way.push({ year, month, day: '' });
  if (year !== '' && month !== '' && day !== '') way.push({ year, month, day });
  return way;
}

export function dateOf({ year, month, day }: DateCount): ChosenDate {
  return { year: String(year), month: String(month ?? ''), day: String(day ?? '') };
}

/** The last part of a date in words: `2026`, `November`, `26`. Days are those of UTC, as the server counts them. */
export function lastPart({ year, month, day }: ChosenDate, locale: string): string {
  const date = new Date(0);
  // `Date.UTC` takes the first hundred years for others.
  date.setUTCFullYear(Number(year), Number(month || '1') - 1, Number(day || '1'));
  const part = day !== '' ? 'day' : month !== '' ? 'month' : 'year';
  const form = part === 'month' ? 'long' : 'numeric';
  return new Intl.DateTimeFormat(locale, { [part]: form, timeZone: 'UTC' }).format(date);
}
