import { useLingui } from '@lingui/react';
import { regional } from './languages';

const day = 86_400_000;

export interface Times {
  /** `14:05`, or as the language has it. */
  clock(date: Date): string;
  /** The clock for today, the weekday for this week, else the date. */
  brief(date: Date, now: Date): string;
  /** Today, yesterday, the weekday, or the date in words. */
  dayName(date: Date, now: Date): string;
  /** `5 minutes ago`, `yesterday`, and the date after a week. */
  ago(date: Date, now: Date): string;
  /** Date and clock, short enough for a column. */
  stamp(date: Date): string;
  /** All of it, for a tooltip. */
  full(date: Date): string;
}

export function useTimes(): Times {
  const { i18n } = useLingui();
  return timesFor(regional(i18n.locale));
}

const made = new Map<string, Times>();

/** Once for each language: formatters cost far more to make than to use. */
export function timesFor(locale: string): Times {
  const known = made.get(locale) ?? makeTimes(locale);
  made.set(locale, known);
  return known;
}

function makeTimes(locale: string): Times {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const clock = format({ timeStyle: 'short' });
  const weekday = format({ weekday: 'long' });
  const shortWeekday = format({ weekday: 'short' });
  const dayAndMonth = format({ day: 'numeric', month: 'short' });
  const shortDate = format({ year: '2-digit', month: 'numeric', day: 'numeric' });
  const thisYear = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const anyYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const stamp = format({ dateStyle: 'medium', timeStyle: 'short' });
  const full = format({ dateStyle: 'full', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const sameYear = (a: Date, b: Date) => a.getFullYear() === b.getFullYear();
  return {
    clock: (date) => clock.format(date),
    brief(date, now) {
      const ago = daysBetween(date, now);
      if (ago <= 0) return clock.format(date);
      if (ago < 7) return shortWeekday.format(date);
      return (sameYear(date, now) ? dayAndMonth : shortDate).format(date);
    },
    dayName(date, now) {
      const ago = daysBetween(date, now);
      if (ago === 0 || ago === 1) return capitalised(relative.format(-ago, 'day'), locale);
      if (ago > 1 && ago < 7) return capitalised(weekday.format(date), locale);
      return (sameYear(date, now) ? thisYear : anyYear).format(date);
    },
    ago(date, now) {
      const minutes = Math.max(1, Math.round((now.getTime() - date.getTime()) / 60_000));
      if (minutes < 60) return relative.format(-minutes, 'minute');
      const days = daysBetween(date, now);
      if (minutes < 12 * 60 || days === 0) {
        return relative.format(-Math.round(minutes / 60), 'hour');
      }
      if (days < 7) return relative.format(-days, 'day');
      return (sameYear(date, now) ? dayAndMonth : shortDate).format(date);
    },
    stamp: (date) => stamp.format(date),
    full: (date) => full.format(date),
  };
}

/** Whole calendar days from `date` to `now`, where this browser is. */
function daysBetween(date: Date, now: Date): number {
  return Math.round((midnight(now) - midnight(date)) / day);
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function capitalised(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
