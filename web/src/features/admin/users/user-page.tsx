import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useApi } from '@/api/api-context';
import { Avatar } from '@/components/avatar';
import { Loaded } from '@/components/loaded';
import { nameOf } from '@/components/names';
import { Section } from '@/components/section';
import { userQuery } from '@/features/admin/api';
import { BackTo } from '@/features/admin/back-to';
import { Facts } from '@/features/admin/facts';
import { sectionPath } from '@/features/admin/paths';
import { Reading } from '@/features/admin/section-page';
import type { AdminUser } from '@/features/admin/types';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { UserAccess } from './user-access';
import { UserBadges } from './user-badges';
import { UserForm } from './user-form';
import css from './users.module.css';

/** One account: what is known of it, and what can be done with it. */
export function UserPage({ username }: { username: string }) {
  const user = useQuery(userQuery(useApi(), username));
  return (
    <Reading>
      <BackTo section="users" />
      <Loaded query={user}>{(one) => <Account user={one} />}</Loaded>
    </Reading>
  );
}

function Account({ user }: { user: AdminUser }) {
  const t = useText();
  const name = user.deleted ? t('person.deleted') : nameOf(user);
  return (
    <>
      <header className={css.who}>
        <Avatar username={user.username} name={name} picture={user.avatar} size="l" />
        <div>
          <h2>
            <bdi>{name}</bdi>
          </h2>
          <p className={css.line}>
            <bdi className={css.username}>@{user.username}</bdi>
            <UserBadges user={user} />
          </p>
        </div>
      </header>
      <Section title={t('admin.user.known')}>
        <Known user={user} />
        <MoreAbout username={user.username} />
      </Section>
      {!user.deleted && (
        <>
          <UserForm key={user.username} user={user} />
          <UserAccess user={user} />
        </>
      )}
    </>
  );
}

function Known({ user }: { user: AdminUser }) {
  const t = useText();
  const times = useTimes();
  const numbers = useNumbers();
  const when = (time: string) => times.full(new Date(time));
  return (
    <Facts
      facts={[
        [t('admin.user.number'), String(user.id)],
        [t('admin.users.joined'), when(user.date_joined)],
        [
          t('admin.users.lastLogin'),
          user.last_login ? when(user.last_login) : t('admin.users.never'),
        ],
        [t('admin.users.sessions'), numbers.whole(user.sessions)],
        typeof user.sockets === 'number' && [t('admin.user.sockets'), numbers.whole(user.sockets)],
      ]}
    />
  );
}

/** Where else there is something of this person. */
function MoreAbout({ username }: { username: string }) {
  const t = useText();
  return (
    <p className={css.links}>
      <Link href={sectionPath('messages', { sender: username })}>{t('admin.user.sent')}</Link>
      <Link href={sectionPath('messages', { recipient: username })}>
        {t('admin.user.received')}
      </Link>
      <Link href={sectionPath('log', { target: username })}>{t('admin.user.log')}</Link>
    </p>
  );
}
