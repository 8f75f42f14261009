import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import css from './loaded.module.css';
import { Note } from './note';
import { Spinner } from './spinner';

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** What was asked for once it is there; until then that it comes, or why it does not. */
export function Loaded<T>({ query, children }: Props<T>) {
  const t = useText();
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <Note kind="bad">
        {problemWords(query.error, t)}{' '}
        <Button look="text" onClick={() => void query.refetch()}>
          {t('action.retry')}
        </Button>
      </Note>
    );
  }
  return (
    <p className={css.waiting} role="status">
      <Spinner />
      {t('app.loading')}
    </p>
  );
}
