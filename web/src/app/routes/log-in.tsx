import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Redirect } from 'wouter';
import { useApi } from '@/api/api-context';
import type { AppSession, Out } from '@/app/app-session';
import { accountQuery } from '@/features/account/api';
import type { FallbackForm } from '@/features/session/fallback-form';
import { LogInForm } from '@/features/session/login-form';
import { useText, type TextKey } from '@/i18n/use-text';

interface Props {
  session: AppSession;
  fallback: FallbackForm;
  why: Out;
}

const notices: Partial<Record<Out, TextKey>> = {
  ended: 'login.ended',
  deleted: 'login.deleted',
};

export default function LogInRoute({ session, fallback, why }: Props) {
  const t = useText();
  const { data: account } = useQuery(accountQuery(useApi()));
  const notice = notices[why];
  useEffect(() => {
    document.title = `${t('login.title')} – ${t('app.name')}`;
  }, [t]);
  // Nobody can log in where there is nobody yet.
  if (account?.first_run) return <Redirect to="/account/first/" replace />;
  return (
    <main className="login-page">
      <LogInForm
        notice={notice && t(notice)}
        initialError={fallback.error}
        typed={fallback}
        links={
          account && (
            <>
              {account.password_reset && <a href="/password/forgot/">{t('login.forgot')}</a>}
              {account.sign_up !== 'closed' && (
                <a href="/account/sign-up/">
                  {t(account.sign_up === 'open' ? 'login.signUp' : 'login.invited')}
                </a>
              )}
            </>
          )
        }
        onLoggedIn={(me) => void session.loggedIn(me)}
      />
    </main>
  );
}
