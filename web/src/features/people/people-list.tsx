import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '@/api/api-context';
import type { User } from '@/api/types';
import { Button } from '@/components/button';
import { EndlessList } from '@/components/endless-list';
import { nameOf } from '@/components/names';
import { Notice } from '@/components/notice';
import { conversationPath } from '@/components/paths';
import { PersonRow } from '@/components/person-row';
import { Skeleton } from '@/components/skeleton';
import { useText } from '@/i18n/use-text';
import { peopleQuery } from './api';
import css from './people-list.module.css';

interface Props {
  selected: string | null;
  onMeet: (users: readonly User[]) => void;
  onChoose: () => void;
}

/** Everyone there is to choose from, page by page as one scrolls. */
export function PeopleList({ selected, onMeet, onChoose }: Props) {
  const t = useText();
  const people = useInfiniteQuery(peopleQuery(useApi(), ''));
  const pages = people.data?.pages;
  useEffect(() => pages?.forEach((page) => onMeet(page.data)), [pages, onMeet]);

  if (people.isPending) return <Skeleton />;
  if (!pages) {
    return (
      <Notice title={t('search.failed')} urgent>
        <Button look="quiet" onClick={() => void people.refetch()}>
          {t('action.retry')}
        </Button>
      </Notice>
    );
  }
  const found = pages.flatMap((page) => page.data);
  if (found.length === 0) {
    return (
      <div role="status" className={css.none}>
        <Notice title={t('people.none')} />
      </div>
    );
  }
  const more = () => {
    if (people.hasNextPage && !people.isFetching) void people.fetchNextPage();
  };
  const title = t('people.title');
  return (
    <EndlessList
      label={title}
      items={found}
      onEnd={more}
      header={<h2 className={css.title}>{title}</h2>}
    >
      {(user) => (
        <PersonRow
          key={user.username}
          username={user.username}
          name={nameOf(user)}
          picture={user.avatar}
          href={conversationPath(user.username)}
          current={user.username === selected}
          onChoose={onChoose}
          detail={user.display_name ? <bdi>@{user.username}</bdi> : undefined}
        />
      )}
    </EndlessList>
  );
}
