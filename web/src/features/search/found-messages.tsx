import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { useApi } from '@/api/api-context';
import { personQuery } from '@/api/person';
import type { FoundMessage, Me, User } from '@/api/types';
import { Button } from '@/components/button';
import { EndlessList } from '@/components/endless-list';
import { Notice } from '@/components/notice';
import { messagePath } from '@/components/paths';
import { PersonRow } from '@/components/person-row';
import { Skeleton } from '@/components/skeleton';
import { useName } from '@/components/use-name';
import { useNow } from '@/components/use-now';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { foundMessagesQuery } from './api';
import css from './found-messages.module.css';
import { snippetOf } from './snippet';

interface Props {
  /** Never empty. */
  search: string;
  me: string;
  /** Who somebody is, if that is known here; the others are asked for. */
  find: (username: string) => User | Me | undefined;
  /** What stands above, in the same scroller. */
  header: ReactNode;
  onChoose: (peer: string, seq: number) => void;
}

/** Messages in which the words occur, page by page as one scrolls; each leads to its place. */
export function FoundMessages({ search, me, find, header, onChoose }: Props) {
  const t = useText();
  const found = useInfiniteQuery(foundMessagesQuery(useApi(), search));
  const messages = found.data?.pages.flatMap((page) => page.results) ?? [];
  const { hasNextPage, isFetching, fetchNextPage } = found;
  // A page may be empty while there are more to look through.
  const lookOn = found.data?.pages.at(-1)?.results.length === 0 && hasNextPage;
  useEffect(() => {
    if (lookOn && !isFetching) void fetchNextPage();
  }, [lookOn, isFetching, fetchNextPage]);
  const more = () => {
    if (found.hasNextPage && !found.isFetching) void found.fetchNextPage();
  };
  const above = (
    <>
      {header}
      <h2 className={css.title}>{t('search.messages')}</h2>
      {(found.isPending || (lookOn && messages.length === 0)) && <Skeleton />}
      {found.isError && messages.length === 0 && (
        <Notice title={t('search.messages.failed')} urgent>
          <Button look="quiet" onClick={() => void found.refetch()}>
            {t('action.retry')}
          </Button>
        </Notice>
      )}
      {found.isSuccess && !hasNextPage && messages.length === 0 && (
        <p role="status" className={css.none}>
          {t('search.messages.none', { words: search })}
        </p>
      )}
    </>
  );
  return (
    <EndlessList label={t('search.messages')} items={messages} onEnd={more} header={above}>
      {(message) => (
        <FoundRow
          key={message.id}
          message={message}
          me={me}
          known={find(peerOf(message, me))}
          onChoose={onChoose}
        />
      )}
    </EndlessList>
  );
}

interface RowProps {
  message: FoundMessage;
  me: string;
  known: User | Me | undefined;
  onChoose: (peer: string, seq: number) => void;
}

function FoundRow({ message, me, known, onChoose }: RowProps) {
  const t = useText();
  const nameOf = useName();
  const times = useTimes();
  const now = useNow();
  const peer = peerOf(message, me);
  const at = new Date(message.timestamp);
  const asked = useQuery({ ...personQuery(useApi(), peer), enabled: !known });
  const person = known ?? asked.data;
  return (
    <PersonRow
      username={peer}
      name={person ? nameOf(person) : peer}
      picture={person?.avatar}
      href={messagePath(peer, message.seq)}
      current={false}
      onChoose={() => onChoose(peer, message.seq)}
      aside={
        <time dateTime={message.timestamp} title={times.full(at)}>
          {times.brief(at, now)}
        </time>
      }
      detail={
        <>
          {message.user === me && <span>{t('conversations.you', { text: '' })}</span>}
          <bdi className={css.snippet}>
            {snippetOf(message.body, message.matches).map((part, index) =>
              part.found ? <mark key={index}>{part.text}</mark> : part.text,
            )}
          </bdi>
        </>
      }
    />
  );
}

function peerOf({ user, recipient }: FoundMessage, me: string): string {
  return user === me ? recipient : user;
}
