import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '@/api/api-context';
import type { User } from '@/api/types';
import { Button } from '@/components/button';
import { nameOf } from '@/components/names';
import { Notice } from '@/components/notice';
import { conversationPath } from '@/components/paths';
import { PersonRow } from '@/components/person-row';
import { useText } from '@/i18n/use-text';
import { peopleQuery } from './api';
import css from './people-list.module.css';

interface Props {
  /** Never empty. */
  search: string;
  selected: string | null;
  onMeet: (users: readonly User[]) => void;
  onChoose: () => void;
}

/** So many at first, so that what else was found is in sight. */
const few = 4;

/** People whose name begins with what is searched for: the first few, and more on request. */
export function PeopleFound({ search, selected, onMeet, onChoose }: Props) {
  const t = useText();
  const people = useInfiniteQuery(peopleQuery(useApi(), search));
  // For these words only; other words begin with a few again.
  const [allFor, setAllFor] = useState<string | null>(null);
  const pages = people.data?.pages;
  useEffect(() => pages?.forEach((page) => onMeet(page.data)), [pages, onMeet]);

  const found = pages?.flatMap((page) => page.data) ?? [];
  const all = allFor === search;
  const shown = all ? found : found.slice(0, few);
  const more = () => {
    setAllFor(search);
    if (all && people.hasNextPage && !people.isFetching) void people.fetchNextPage();
  };
  return (
    <>
      <h2 className={css.title}>{t('search.results')}</h2>
      {people.isError && found.length === 0 && (
        <Notice title={t('search.failed')} urgent>
          <Button look="quiet" onClick={() => void people.refetch()}>
            {t('action.retry')}
          </Button>
        </Notice>
      )}
      {people.isSuccess && found.length === 0 && (
        <p role="status" className={css.nobody}>
          {t('search.none', { words: search })}
        </p>
      )}
      {shown.length > 0 && (
        <ul aria-label={t('search.results')}>
          {shown.map((user) => (
            <li key={user.username}>
              <PersonRow
                username={user.username}
                name={nameOf(user)}
                picture={user.avatar}
                href={conversationPath(user.username)}
                current={user.username === selected}
                onChoose={onChoose}
                detail={user.display_name ? <bdi>@{user.username}</bdi> : undefined}
              />
            </li>
          ))}
        </ul>
      )}
      {(found.length > shown.length || people.hasNextPage) && (
        <Button look="text" className={css.more} onClick={more}>
          {t('search.morePeople')}
        </Button>
      )}
    </>
  );
}
