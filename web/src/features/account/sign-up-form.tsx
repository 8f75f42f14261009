import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { Field } from '@/components/field';
import { Note } from '@/components/note';
import { useForm } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { signUp } from './api';
import { Card } from './card';
import { forgetLinkToken, tokenIn, useLinkToken } from './link-token';
import { LogInLink, MailSent } from './links';
import { Submit } from './submit';
import { emptyWish, WishFields } from './wish-fields';

/** Signing up: openly, or with an invitation whose token the link has behind its `#`. */
export function SignUpForm({ byInvitation }: { byInvitation: boolean }) {
  const t = useText();
  const api = useApi();
  const linked = useLinkToken();
  const [wish, setWish] = useState(emptyWish);
  const [pasted, setPasted] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm(async () => {
    await signUp(api, wish, linked === '' ? tokenIn(pasted) : linked);
    forgetLinkToken();
    setSentTo(wish.email);
  });

  if (sentTo !== null) return <MailSent to={sentTo} words={t('account.signUp.sent')} />;
  return (
    <Card title={t('account.signUp.title')} lead={t('account.signUp.lead')} links={<LogInLink />}>
      <form className={css.form} onSubmit={form.submit} noValidate>
        {linked !== '' && <Note kind="plain">{t('account.invitation.given')}</Note>}
        <WishFields wish={wish} onChange={setWish} form={form} />
        {byInvitation && linked === '' && (
          <Field
            name="invitation"
            label={t('account.invitation')}
            value={pasted}
            onChange={(event) => {
              form.touch('invitation');
              setPasted(event.target.value);
            }}
            autoComplete="off"
            spellCheck={false}
            required
            hint={t('account.invitation.hint')}
            error={form.errorOf('invitation')}
          />
        )}
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <Submit busy={form.busy}>{t('account.signUp.submit')}</Submit>
      </form>
    </Card>
  );
}
