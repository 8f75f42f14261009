import { useEffect } from 'react';
import type { AppSession } from '@/app/app-session';
import type { FallbackForm } from '@/features/session/fallback-form';
import { LogInForm } from '@/features/session/login-form';
import { useText } from '@/i18n/use-text';

interface Props {
  session: AppSession;
  fallback: FallbackForm;
  ended: boolean;
}

export default function LogInRoute({ session, fallback, ended }: Props) {
  const t = useText();
  useEffect(() => {
    document.title = `${t('login.title')} – ${t('app.name')}`;
  }, [t]);
  return (
    <main className="login-page">
      <LogInForm
        notice={ended ? t('login.ended') : undefined}
        initialError={fallback.error}
        typed={fallback}
        onLoggedIn={(me) => void session.loggedIn(me)}
      />
    </main>
  );
}
