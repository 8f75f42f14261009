import { useEffect } from 'react';
import { Link } from 'wouter';
import { AdminNav } from '@/app/admin-nav';
import css from '@/app/admin.module.css';
import type { ChatEngine } from '@/app/chat-engine';
import { useMe } from '@/app/use-me';
import { BackIcon } from '@/components/icons';
import { Dashboard } from '@/features/admin/dashboard/dashboard';
import { LogPage } from '@/features/admin/log/log-page';
import { MessagePage } from '@/features/admin/messages/message-page';
import { MessagesPage } from '@/features/admin/messages/messages-page';
import { placeIn, type AdminPlace } from '@/features/admin/paths';
import { ReportsPage } from '@/features/admin/reports/reports-page';
import { Reading } from '@/features/admin/section-page';
import { UserPage } from '@/features/admin/users/user-page';
import { UsersPage } from '@/features/admin/users/users-page';
import { ConnectionBanner } from '@/features/connection/connection-banner';
import { InvitationsSection } from '@/features/invitations/invitations-section';
import { OutdatedNotice } from '@/features/offline/outdated-notice';
import { PasswordStep } from '@/features/session/password-step';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import { NotFound } from './not-found';

interface Props {
  engine: ChatEngine;
  path: string;
}

/** For who administers this server. For everybody else there is nothing here, as the server says too. */
export default function AdminRoute({ engine, path }: Props) {
  const t = useText();
  const me = useMe(engine);
  const connection = useStore(engine.socket.state);
  const place = me.is_superuser ? placeIn(path) : null;
  const title = t(place ? `admin.${place.section}.title` : 'app.notfound.title');
  useEffect(() => {
    document.title = `${title} – ${t('app.name')}`;
  }, [title, t]);

  if (!place) return <NotFound />;
  return (
    <div className={css.page}>
      <div>
        <ConnectionBanner state={connection} onRetry={() => engine.socket.retryNow()} />
        <OutdatedNotice upgrade={engine.upgrade} />
      </div>
      <header className={css.header}>
        <Link href="/" className={css.back} aria-label={t('action.back')}>
          <BackIcon />
        </Link>
        <h1>{t('menu.admin')}</h1>
      </header>
      <div className={css.panes}>
        <AdminNav current={place.section} />
        <main className={css.main} key={`${place.section} ${place.item ?? ''}`}>
          <Content {...place} />
        </main>
      </div>
      <PasswordStep />
    </div>
  );
}

function Content({ section, item }: AdminPlace) {
  switch (section) {
    case 'overview':
      return <Dashboard />;
    case 'users':
      return item === null ? <UsersPage /> : <UserPage username={item} />;
    case 'messages':
      return item === null ? <MessagesPage /> : <MessagePage id={item} />;
    case 'reports':
      return <ReportsPage />;
    case 'invitations':
      return (
        <Reading>
          <InvitationsSection />
        </Reading>
      );
    case 'log':
      return <LogPage />;
  }
}
