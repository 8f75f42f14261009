import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useApi } from '@/api/api-context';
import type { AppSession } from '@/app/app-session';
import { Screen } from '@/app/screen';
import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { accountKey, accountQuery } from '@/features/account/api';
import { Closed } from '@/features/account/closed';
import { ConfirmAccount, ConfirmEmail } from '@/features/account/confirm-pages';
import { FirstRunForm, FirstRunOver } from '@/features/account/first-run-form';
import { ForgotForm } from '@/features/account/forgot-form';
import { ResetForm } from '@/features/account/reset-form';
import { SignUpForm } from '@/features/account/sign-up-form';
import { useText } from '@/i18n/use-text';
import { NotFound } from './not-found';
import { Waiting } from './waiting';

interface Props {
  session: AppSession;
  path: string;
}

/** Where people are who have no session yet, or came by a mailed link. */
export default function AccountRoute({ session, path }: Props) {
  switch (path.replace(/\/$/, '')) {
    case '/account/confirm':
      return <ConfirmAccount />;
    case '/email/confirm':
      return <ConfirmEmail />;
    case '/password/reset':
      return <ResetForm />;
    case '/account/sign-up':
    case '/account/first':
    case '/password/forgot':
      return <AsAllowed session={session} path={path} />;
    default:
      return <NotFound />;
  }
}

/** What depends on how one gets an account here. */
function AsAllowed({ session, path }: Props) {
  const t = useText();
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();
  const state = useQuery(accountQuery(useApi()));
  if (state.isPending) return <Waiting />;
  if (state.isError) {
    return (
      <Screen>
        <Notice title={t('app.unreachable.title')} urgent>
          <Button onClick={() => void state.refetch()}>{t('action.retry')}</Button>
        </Notice>
      </Screen>
    );
  }
  const { sign_up, first_run, password_reset } = state.data;
  if (path.startsWith('/password')) return <ForgotForm possible={password_reset} />;
  if (first_run) {
    return (
      <FirstRunForm
        onLoggedIn={async (me) => {
          await session.loggedIn(me);
          navigate('/', { replace: true });
          await queryClient.invalidateQueries({ queryKey: accountKey });
        }}
      />
    );
  }
  if (path.startsWith('/account/first')) return <FirstRunOver />;
  return sign_up === 'closed' ? <Closed /> : <SignUpForm byInvitation={sign_up === 'invite'} />;
}
