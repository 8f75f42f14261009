import { i18n as catalogue } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useCallback } from 'react';
import type english from './locales/en.json';

export type TextKey = keyof typeof english;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** Words for what is not on the page, in the language that it has at this moment. */
export const say: Translate = (key, values) => catalogue.t(key, values);

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
