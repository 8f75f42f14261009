import { useEffect, useState } from 'react';
import { useApi } from '@/api/api-context';
import type { CheckedFields } from '@/api/types';
import { useSettled } from '@/components/use-settled';
import { fieldWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import { check, type Wish } from './api';

/** Pause in typing after which the server is asked. */
const pause = 350;

export interface Checked {
  error: string | undefined;
  /** The server has looked at it and finds nothing wrong. */
  good: boolean;
}

type Answer = { wish: string; fields: CheckedFields } | null;

/**
 * What the server thinks of what is being typed; of empty fields it is not asked. If it cannot be asked nothing is said:
 * it will be when the form is sent.
 */
export function useCheck(wish: Wish): (field: keyof Wish) => Checked {
  const t = useText();
  const api = useApi();
  const typed = JSON.stringify(filled(wish));
  const settled = useSettled(typed, pause);
  const [answer, setAnswer] = useState<Answer>(null);
  useEffect(() => {
    if (settled === '{}') return;
    const controller = new AbortController();
    check(api, JSON.parse(settled) as Partial<Wish>, controller.signal).then(
      (fields) => setAnswer({ wish: settled, fields }),
      () => undefined,
    );
    return () => controller.abort();
  }, [api, settled]);

  return (field) => {
    const asked = answer ? (JSON.parse(answer.wish) as Partial<Wish>) : {};
    const words = answer?.fields[field];
    // An answer to what stood there before says nothing of what stands there now.
    if (!words || wish[field] === '' || asked[field] !== wish[field])
      return { error: undefined, good: false };
    const [first] = words;
    return { error: first && fieldWords(first, t), good: first === undefined };
  };
}

function filled(wish: Wish): Partial<Wish> {
  return Object.fromEntries(Object.entries(wish).filter(([, text]) => text !== ''));
}
