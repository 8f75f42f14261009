import { useLingui } from '@lingui/react';
import { useCallback } from 'react';
import type english from './locales/en.json';

export type TextKey = keyof typeof english;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** The one way to words on the page. */
export function useText(): Translate {
  const { i18n } = useLingui();
  const { locale } = i18n;
  return useCallback<Translate>(
    (key, values) => i18n.t(key, values),
    // The object stays the same when the language changes, the words do not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [i18n, locale],
  );
}
