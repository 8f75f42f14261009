import { lazy, Suspense } from 'react';
import { Redirect, useLocation, useSearch } from 'wouter';
import { usePathname } from 'wouter/use-browser-location';
import { Notice } from '@/components/notice';
import { peerIn } from '@/components/paths';
import { Spinner } from '@/components/spinner';
import type { FallbackForm } from '@/features/session/fallback-form';
import { loginPath, nextPath } from '@/features/session/next-path';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { AppSession } from './app-session';
import { loadChat, loadLogIn } from './routes/loading';
import { NotFound } from './routes/not-found';
import css from './screen.module.css';

const ChatRoute = lazy(loadChat);
const LogInRoute = lazy(loadLogIn);

interface Props {
  session: AppSession;
  fallback: FallbackForm;
}

/** Which screen is shown follows from the address and from who is logged in; each arrives when it is gone to. */
export function Router(props: Props) {
  return (
    <Suspense fallback={<Waiting />}>
      <Screen {...props} />
    </Suspense>
  );
}

function Screen({ session, fallback }: Props) {
  const state = useStore(session.state);
  const [location] = useLocation();
  const path = usePathname();
  const search = useSearch();
  const atLogIn = /^\/login\/?$/.test(location);

  switch (state.status) {
    case 'loading':
      return <Waiting />;
    case 'unreachable':
      return <Unreachable />;
    case 'out':
      return atLogIn ? (
        <LogInRoute session={session} fallback={fallback} ended={state.why === 'ended'} />
      ) : (
        <Redirect to={loginPath(state.why === 'left' ? '/' : path)} replace />
      );
    case 'in': {
      if (atLogIn) return <Redirect to={nextPath(`?${search}`)} replace />;
      const peer = peerIn(path);
      if (peer === undefined) return <NotFound />;
      return <ChatRoute session={session} engine={state.engine} peer={peer} />;
    }
  }
}

function Waiting() {
  const t = useText();
  return (
    <main className={css.screen}>
      <p className={css.waiting} role="status">
        <Spinner />
        {t('app.loading')}
      </p>
    </main>
  );
}

function Unreachable() {
  const t = useText();
  return (
    <main className={css.screen}>
      <Notice title={t('app.unreachable.title')} picture={<Spinner />} urgent>
        <p>{t('app.unreachable.body')}</p>
      </Notice>
    </main>
  );
}
