import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { PasswordRules } from '@/components/password-rules';
import { useForm } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { reset } from './api';
import { Card } from './card';
import { LinkOver } from './confirm-link';
import { forgetLinkToken, useLinkToken } from './link-token';
import { ForwardLink, LogInLink } from './links';
import { Submit } from './submit';

/** The mailed link of a forgotten password: a new one is chosen, and everything that was logged in is out. */
export function ResetForm() {
  const t = useText();
  const api = useApi();
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const [over, setOver] = useState(false);
  const form = useForm(
    async () => {
      await reset(api, token, password);
      forgetLinkToken();
      setDone(true);
    },
    (problem) => {
      if (problem.fields.token) setOver(true);
      return undefined;
    },
  );
  if (done) {
    return (
      <Card title={t('account.reset.done')} lead={t('account.reset.doneLead')}>
        <ForwardLink href="/login/" words={t('account.toLogIn')} />
      </Card>
    );
  }
  if (over || token === '') {
    const again = <ForwardLink href="/password/forgot/" words={t('account.reset.again')} />;
    return <LinkOver over={again} />;
  }
  return (
    <Card title={t('account.reset.title')} lead={t('account.reset.lead')} links={<LogInLink />}>
      <form className={css.form} onSubmit={form.submit} noValidate>
        <PasswordField
          name="new_password"
          label={t('account.reset.password')}
          value={password}
          onChange={(event) => {
            form.touch('new_password');
            setPassword(event.target.value);
          }}
          autoComplete="new-password"
          required
          error={form.errorOf('new_password')}
          below={<PasswordRules password={password} username="" />}
        />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <Submit busy={form.busy}>{t('account.reset.submit')}</Submit>
      </form>
    </Card>
  );
}
