import { ApiProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Note } from '@/components/note';
import { Notice } from '@/components/notice';
import { Spinner } from '@/components/spinner';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import css from './list-end.module.css';

interface Props {
  query: {
    error: unknown;
    isFetching: boolean;
    hasNextPage: boolean;
    isFetchNextPageError: boolean;
    fetchNextPage: () => Promise<unknown>;
    refetch: () => Promise<unknown>;
  };
  empty: boolean;
  none: string;
  words: ((problem: ApiProblem) => string | undefined) | undefined;
}

/** What follows the last row: that more comes, why it does not, or that there is nothing. */
export function ListEnd({ query, empty, none, words }: Props) {
  const t = useText();
  if (query.isFetching) {
    return (
      <p className={css.waiting} role="status">
        <Spinner />
        {t('app.loading')}
      </p>
    );
  }
  const { error } = query;
  if (error) {
    const own = error instanceof ApiProblem ? words?.(error) : undefined;
    const again = query.isFetchNextPageError ? query.fetchNextPage : query.refetch;
    return (
      <div className={css.problem}>
        <Note kind="bad">
          {own ?? problemWords(error, t)}{' '}
          <Button look="text" onClick={() => void again()}>
            {t('action.retry')}
          </Button>
        </Note>
      </div>
    );
  }
  if (query.hasNextPage) {
    // A page can be empty and not the last: the server looks at so much at a time.
    return (
      <p className={css.waiting}>
        <Button look="quiet" onClick={() => void query.fetchNextPage()}>
          {t('admin.more')}
        </Button>
      </p>
    );
  }
  return (
    empty && (
      <div role="status">
        <Notice title={none} />
      </div>
    )
  );
}
