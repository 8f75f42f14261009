import { useEffect } from 'react';
import { Link } from 'wouter';
import type { AppSession } from '@/app/app-session';
import type { ChatEngine } from '@/app/chat-engine';
import css from '@/app/settings.module.css';
import { sections, SettingsNav, titleOf, type SectionName } from '@/app/settings-nav';
import { useBlock } from '@/app/use-block';
import { useMe } from '@/app/use-me';
import { BackIcon } from '@/components/icons';
import { BlockedSection } from '@/features/block/blocked-section';
import { ConnectionBanner } from '@/features/connection/connection-banner';
import { DataSection } from '@/features/settings/data-section';
import { EmailSection } from '@/features/settings/email-section';
import { PasswordSection } from '@/features/settings/password-section';
import { PrivacySection } from '@/features/settings/privacy-section';
import { ProfileSection } from '@/features/settings/profile-section';
import { SessionsSection } from '@/features/settings/sessions-section';
import { TokensSection } from '@/features/settings/tokens-section';
import { useMedia } from '@/components/use-media';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import { NotFound } from './not-found';

interface Props {
  session: AppSession;
  engine: ChatEngine;
  path: string;
}

/** One's own account: `/settings/` lists the sections, `/settings/<section>/` shows one beside them. */
export default function SettingsRoute(props: Props) {
  const t = useText();
  const { engine, path } = props;
  const connection = useStore(engine.socket.state);
  const me = useMe(engine);
  // Where both have room, the first section stands beside the list.
  const roomy = useMedia('(width >= 45rem)');
  const name = /^\/settings\/([^/]+)\/?$/.exec(path)?.[1];
  const section = sections.find((one) => one === name) ?? null;
  const title = t(section ? titleOf(section) : 'settings.title');
  useEffect(() => {
    document.title = `${title} – ${t('app.name')}`;
  }, [title, t]);

  if (name !== undefined && !section) return <NotFound />;
  return (
    <div className={css.page} data-view={section ? 'section' : 'list'}>
      <ConnectionBanner state={connection} onRetry={() => engine.socket.retryNow()} />
      <header className={css.header}>
        <Link href="/" className={css.back} aria-label={t('action.back')}>
          <BackIcon />
        </Link>
        <Link href="/settings/" className={css.up} aria-label={t('settings.up')}>
          <BackIcon />
        </Link>
        <h1>{t('settings.title')}</h1>
      </header>
      <div className={css.panes}>
        <SettingsNav current={section ?? (roomy ? 'profile' : null)} superuser={me.is_superuser} />
        <main className={css.main} key={section}>
          <div className={css.column}>
            <Content {...props} section={section ?? 'profile'} />
          </div>
        </main>
      </div>
    </div>
  );
}

function Content({ session, engine, section }: Props & { section: SectionName }) {
  const me = useMe(engine);
  const setBlocked = useBlock(engine);
  switch (section) {
    case 'profile':
      return <ProfileSection me={me} />;
    case 'email':
      return <EmailSection me={me} />;
    case 'password':
      return <PasswordSection me={me} />;
    case 'sessions':
      return <SessionsSection />;
    case 'tokens':
      return <TokensSection />;
    case 'privacy':
      return <PrivacySection me={me} />;
    case 'blocked':
      return <BlockedSection onBlock={setBlocked} />;
    case 'data':
      return <DataSection me={me} onDeleted={() => void session.deleted()} />;
  }
}
