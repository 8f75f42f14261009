import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useApi } from '@/api/api-context';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { nameOf } from '@/components/names';
import { useNow } from '@/components/use-now';
import { listQuery } from '@/features/admin/api';
import { DataTable, type Column } from '@/features/admin/data-table';
import { ChoiceFilter, SearchFilter } from '@/features/admin/filter-fields';
import { userPagePath } from '@/features/admin/paths';
import { SectionPage } from '@/features/admin/section-page';
import type { AdminUser } from '@/features/admin/types';
import { useFilters } from '@/features/admin/use-filters';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { CreateUserDialog } from './create-user-dialog';
import { UserBadges } from './user-badges';
import css from './users.module.css';

const states = ['', 'active', 'inactive', 'superuser', 'deleted'] as const;
const orders = ['-joined', 'joined', 'username', '-username', '-last_login', 'last_login'] as const;

/** Everybody who has, or had, an account here. */
export function UsersPage() {
  const t = useText();
  const [filters, change] = useFilters(['search', 'state', 'sort']);
  const [creating, setCreating] = useState(false);
  const users = useInfiniteQuery(listQuery<AdminUser>(useApi(), 'user', filters));
  const columns = useColumns();
  return (
    <SectionPage
      title={t('admin.users.title')}
      action={<Button onClick={() => setCreating(true)}>{t('admin.users.create')}</Button>}
      tools={
        <>
          <SearchFilter
            label={t('admin.users.search')}
            value={filters.search}
            onChange={(search) => change({ search })}
          />
          <ChoiceFilter
            label={t('admin.users.state')}
            value={filters.state}
            choices={states.map((value) => ({
              value,
              label: t(`admin.users.state.${value === '' ? 'all' : value}`),
            }))}
            onChange={(state) => change({ state })}
          />
          <ChoiceFilter
            label={t('admin.users.sort')}
            value={filters.sort === '' ? '-joined' : filters.sort}
            choices={orders.map((value) => ({ value, label: t(`admin.users.sort.${value}`) }))}
            onChange={(sort) => change({ sort: sort === '-joined' ? '' : sort })}
          />
        </>
      }
    >
      <DataTable
        key={JSON.stringify(filters)}
        label={t('admin.users.title')}
        columns={columns}
        query={users}
        keyOf={(user) => user.id}
        none={t('admin.users.none')}
      />
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </SectionPage>
  );
}

function useColumns(): Column<AdminUser>[] {
  const t = useText();
  const times = useTimes();
  const numbers = useNumbers();
  const now = useNow();
  const ago = (time: string | null | undefined) =>
    time ? times.ago(new Date(time), now) : t('admin.users.never');
  return [
    {
      title: t('admin.users.person'),
      width: 'minmax(12rem, 2fr)',
      look: 'main',
      cell: (user) => <Person user={user} />,
    },
    {
      title: t('admin.users.email'),
      width: 'minmax(8rem, 1.6fr)',
      cell: ({ email }) => email && <bdi>{email}</bdi>,
    },
    {
      title: t('admin.users.joined'),
      width: 'minmax(6rem, 1fr)',
      cell: ({ date_joined }) => ago(date_joined),
    },
    {
      title: t('admin.users.lastLogin'),
      width: 'minmax(6rem, 1fr)',
      cell: ({ last_login }) => ago(last_login),
    },
    {
      title: t('admin.users.sessions'),
      width: '4.5rem',
      look: 'number',
      cell: ({ sessions }) => numbers.whole(sessions),
    },
  ];
}

function Person({ user }: { user: AdminUser }) {
  const t = useText();
  const name = user.deleted ? t('person.deleted') : nameOf(user);
  return (
    <div className={css.person}>
      <Avatar username={user.username} name={name} picture={user.avatar} size="s" />
      <div className={css.names}>
        <span className={css.line}>
          <Link href={userPagePath(user.username)} className={css.name}>
            <bdi>{name}</bdi>
          </Link>
          <UserBadges user={user} />
        </span>
        {name !== user.username && (
          <span className={css.username}>
            <bdi>@{user.username}</bdi>
          </span>
        )}
      </div>
    </div>
  );
}
