import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useApi } from '@/api/api-context';
import { listQuery } from '@/features/admin/api';
import { Badge } from '@/features/admin/badge';
import { DataTable, type Column } from '@/features/admin/data-table';
import { NameFilter, SearchFilter } from '@/features/admin/filter-fields';
import { messagePagePath, userPagePath } from '@/features/admin/paths';
import { SectionPage } from '@/features/admin/section-page';
import type { AdminMessage } from '@/features/admin/types';
import { useFilters } from '@/features/admin/use-filters';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { cleanDate } from './date-path';
import { Dates } from './dates';
import css from './messages.module.css';

/** All messages: between whom, when and how long; what they say is not in this list. */
export function MessagesPage() {
  const t = useText();
  const [given, change] = useFilters(['search', 'sender', 'recipient', 'year', 'month', 'day']);
  const date = cleanDate(given);
  const filters = { ...given, ...date };
  const { sender, recipient } = filters;
  const messages = useInfiniteQuery(listQuery<AdminMessage>(useApi(), 'message', filters));
  const columns = useColumns();
  return (
    <SectionPage
      title={t('admin.messages.title')}
      tools={
        <>
          <SearchFilter
            label={t('admin.messages.search')}
            value={filters.search}
            onChange={(search) => change({ search })}
          />
          <NameFilter
            label={t('admin.messages.sender')}
            value={sender}
            onChange={(name) => change({ sender: name })}
          />
          <NameFilter
            label={t('admin.messages.recipient')}
            value={recipient}
            onChange={(name) => change({ recipient: name })}
          />
          <Dates people={{ sender, recipient }} date={date} onChange={change} />
        </>
      }
    >
      <DataTable
        key={JSON.stringify(filters)}
        label={t('admin.messages.title')}
        columns={columns}
        query={messages}
        keyOf={(message) => message.id}
        none={t('admin.messages.none')}
        words={({ code }) =>
          code === 'reading_is_off' ? t('admin.messages.searchIsOff') : undefined
        }
      />
    </SectionPage>
  );
}

function useColumns(): Column<AdminMessage>[] {
  const t = useText();
  const times = useTimes();
  const numbers = useNumbers();
  const person = (username: string) => (
    <Link href={userPagePath(username)} className={css.person}>
      <bdi>{username}</bdi>
    </Link>
  );
  return [
    {
      title: t('admin.messages.number'),
      width: 'minmax(6rem, 8rem)',
      look: 'main',
      cell: ({ id, deleted }) => (
        <span className={css.line}>
          <Link href={messagePagePath(id)} className={css.number}>
            {id}
          </Link>
          {deleted && <Badge kind="warn">{t('admin.messages.deleted')}</Badge>}
        </span>
      ),
    },
    {
      title: t('admin.messages.sender'),
      width: 'minmax(6rem, 1fr)',
      cell: ({ sender }) => person(sender),
    },
    {
      title: t('admin.messages.recipient'),
      width: 'minmax(6rem, 1fr)',
      cell: ({ recipient }) => person(recipient),
    },
    {
      title: t('admin.messages.time'),
      width: 'minmax(9rem, 1.4fr)',
      cell: ({ timestamp }) => times.stamp(new Date(timestamp)),
    },
    {
      title: t('admin.messages.length'),
      width: '5rem',
      look: 'number',
      cell: ({ length }) => numbers.whole(length),
    },
  ];
}
