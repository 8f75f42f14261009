import { Suspense } from 'react';
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
import { account, admin, chat, logIn, settings } from './routes/loading';
import { NotFound } from './routes/not-found';
import { Waiting } from './routes/waiting';
import { Screen } from './screen';
import { isForStrangers, isLogIn, isUnder } from './strangers';

interface Props {
  session: AppSession;
  fallback: FallbackForm;
}

/** Which screen is shown follows from the address and from who is logged in; each arrives when it is gone to. */
export function Router(props: Props) {
  return (
    <Suspense fallback={<Waiting />}>
      <Place {...props} />
    </Suspense>
  );
}

function Place({ session, fallback }: Props) {
  const state = useStore(session.state);
  const [location] = useLocation();
  const path = usePathname();
  const search = useSearch();
  const atLogIn = isLogIn(location);

  if (!atLogIn && isForStrangers(location))
    return <account.Screen session={session} path={location} />;
  switch (state.status) {
    case 'loading':
      return <Waiting />;
    case 'unreachable':
      return <Unreachable />;
    case 'out':
      return atLogIn ? (
        <logIn.Screen session={session} fallback={fallback} why={state.why} />
      ) : (
        <Redirect to={loginPath(state.why === 'left' ? '/' : path)} replace />
      );
    case 'in': {
      if (atLogIn) return <Redirect to={nextPath(`?${search}`)} replace />;
      if (isUnder('/settings', path)) {
        return <settings.Screen session={session} engine={state.engine} path={path} />;
      }
      if (isUnder('/admin', path)) return <admin.Screen engine={state.engine} path={path} />;
      const peer = peerIn(path);
      if (peer === undefined) return <NotFound />;
      return <chat.Screen session={session} engine={state.engine} peer={peer} />;
    }
  }
}

function Unreachable() {
  const t = useText();
  return (
    <Screen>
      <Notice title={t('app.unreachable.title')} picture={<Spinner />} urgent>
        <p>{t('app.unreachable.body')}</p>
      </Notice>
    </Screen>
  );
}
