import { useLingui } from '@lingui/react';
import { regional } from './languages';

export interface Numbers {
  whole: (value: number) => string;
  /** With so many digits as one can take in at a glance: `3.2`, `481`. */
  rough: (value: number) => string;
  /** `3.2 MB`, or as the language has it. */
  bytes: (value: number) => string;
  /** `3.2 ms`. */
  milliseconds: (value: number) => string;
  percent: (share: number) => string;
}

export function useNumbers(): Numbers {
  const { i18n } = useLingui();
  return numbersFor(regional(i18n.locale));
}

const made = new Map<string, Numbers>();

/** Once for each language: formatters cost far more to make than to use. */
export function numbersFor(locale: string): Numbers {
  const known = made.get(locale) ?? makeNumbers(locale);
  made.set(locale, known);
  return known;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function makeNumbers(locale: string): Numbers {
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const rough = { maximumSignificantDigits: 3 } as const;
  const whole = format({ maximumFractionDigits: 0 });
  const small = format(rough);
  const percent = format({ style: 'percent', maximumFractionDigits: 0 });
  const milliseconds = format({ ...rough, style: 'unit', unit: 'millisecond' });
  const sizes = units.map((unit) => format({ ...rough, style: 'unit', unit }));
  return {
    whole: (value) => whole.format(value),
    rough: (value) => (Math.abs(value) < 1000 ? small : whole).format(value),
    bytes: (value) => {
      const power = value < 1 ? 0 : Math.floor(Math.log10(value) / 3);
      const index = Math.min(power, sizes.length - 1);
      return (sizes[index] ?? whole).format(value / 1000 ** index);
    },
    milliseconds: (value) => milliseconds.format(value),
    percent: (share) => percent.format(share),
  };
}
