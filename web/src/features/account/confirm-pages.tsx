import { useApi } from '@/api/api-context';
import { useText } from '@/i18n/use-text';
import { confirmAccount, confirmEmail } from './api';
import { Card } from './card';
import { ConfirmLink } from './confirm-link';
import { ForwardLink } from './links';

/** The mailed link of a sign-up: with it the account is there. */
export function ConfirmAccount() {
  const t = useText();
  const api = useApi();
  return (
    <ConfirmLink
      title={t('account.confirm.title')}
      lead={t('account.confirm.lead')}
      submit={t('account.confirm.submit')}
      confirm={async (token) => (await confirmAccount(api, token)).username}
      done={(username) => (
        <Card title={t('account.confirm.done')} lead={t('account.confirm.welcome', { username })}>
          <ForwardLink href="/login/" words={t('account.toLogIn')} />
        </Card>
      )}
      over={<ForwardLink href="/account/sign-up/" words={t('account.confirm.again')} />}
    />
  );
}

/** The mailed link of another address: with it the address counts. */
export function ConfirmEmail() {
  const t = useText();
  const api = useApi();
  return (
    <ConfirmLink
      title={t('account.newEmail.title')}
      lead={t('account.newEmail.lead')}
      submit={t('account.newEmail.submit')}
      confirm={async (token) => {
        await confirmEmail(api, token);
        return '';
      }}
      done={() => (
        <Card title={t('account.newEmail.done')} lead={t('account.newEmail.doneLead')}>
          <ForwardLink href="/" words={t('account.toChat')} />
        </Card>
      )}
      over={<ForwardLink href="/settings/email/" words={t('account.newEmail.again')} />}
    />
  );
}
