import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useApi } from '@/api/api-context';
import { listQuery } from '@/features/admin/api';
import { DataTable, type Column } from '@/features/admin/data-table';
import { ChoiceFilter, NameFilter } from '@/features/admin/filter-fields';
import { messagePagePath, userPagePath } from '@/features/admin/paths';
import { SectionPage } from '@/features/admin/section-page';
import type { LogEntry } from '@/features/admin/types';
import { useFilters } from '@/features/admin/use-filters';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { actions, actionWords, detailWords } from './entry-words';
import css from './log.module.css';

/** Who did what here, when and to whom. Nobody can change it. */
export function LogPage() {
  const t = useText();
  const [filters, change] = useFilters(['actor', 'action', 'target']);
  const log = useInfiniteQuery(listQuery<LogEntry>(useApi(), 'log', filters));
  const columns = useColumns();
  return (
    <SectionPage
      title={t('admin.log.title')}
      tools={
        <>
          <NameFilter
            label={t('admin.log.actor')}
            value={filters.actor}
            onChange={(actor) => change({ actor })}
          />
          <ChoiceFilter
            label={t('admin.log.action')}
            value={filters.action}
            choices={[
              { value: '', label: t('admin.log.all') },
              ...actions.map((value) => ({ value, label: actionWords(value, t) })),
            ]}
            onChange={(action) => change({ action })}
          />
          <NameFilter
            label={t('admin.log.target')}
            value={filters.target}
            onChange={(target) => change({ target })}
          />
        </>
      }
    >
      <DataTable
        key={JSON.stringify(filters)}
        label={t('admin.log.title')}
        columns={columns}
        query={log}
        keyOf={(entry) => entry.id}
        none={t('admin.log.none')}
      />
    </SectionPage>
  );
}

function useColumns(): Column<LogEntry>[] {
  const t = useText();
  const times = useTimes();
  return [
    {
      title: t('admin.log.action'),
      width: 'minmax(9rem, 1.2fr)',
      look: 'main',
      cell: ({ action }) => actionWords(action, t),
    },
    {
      title: t('admin.log.target'),
      width: 'minmax(6rem, 1fr)',
      cell: (entry) => <Target entry={entry} />,
    },
    {
      title: t('admin.log.detail'),
      width: 'minmax(8rem, 1.6fr)',
      cell: ({ detail }) => detailWords(detail),
    },
    {
      title: t('admin.log.actor'),
      width: 'minmax(6rem, 1fr)',
      cell: ({ actor, address }) => (
        <>
          {actor ? <Person username={actor} /> : t('admin.log.console')}
          {address && (
            <span className={css.address}>
              <bdi>{address}</bdi>
            </span>
          )}
        </>
      ),
    },
    {
      title: t('admin.messages.time'),
      width: 'minmax(9rem, 1.2fr)',
      cell: ({ time }) => times.stamp(new Date(time)),
    },
  ];
}

function Target({ entry: { target, target_kind } }: { entry: LogEntry }): ReactNode {
  if (target_kind === 'user') return <Person username={target} />;
  const id = Number(target);
  if (target_kind === 'message' && Number.isSafeInteger(id)) {
    return <Link href={messagePagePath(id)}>{target}</Link>;
  }
  return <bdi>{target}</bdi>;
}

function Person({ username }: { username: string }) {
  return (
    <Link href={userPagePath(username)}>
      <bdi>{username}</bdi>
    </Link>
  );
}
