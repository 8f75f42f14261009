import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { Field } from '@/components/field';
import { Note } from '@/components/note';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { forgot } from './api';
import { Card } from './card';
import { LogInLink, MailSent } from './links';
import { Submit } from './submit';

/** Somebody has forgotten their password. Whether anybody has the address is not told. */
export function ForgotForm({ possible }: { possible: boolean }) {
  const t = useText();
  const api = useApi();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm(async (element) => {
    const email = valueIn(element, 'email').trim();
    await forgot(api, email);
    setSentTo(email);
  });
  if (sentTo !== null) return <MailSent to={sentTo} words={t('account.forgot.sent')} />;
  if (!possible) {
    return (
      <Card
        title={t('account.forgot.title')}
        lead={t('account.forgot.impossible')}
        links={<LogInLink />}
      />
    );
  }
  return (
    <Card title={t('account.forgot.title')} lead={t('account.forgot.lead')} links={<LogInLink />}>
      <form className={css.form} onSubmit={form.submit} noValidate>
        <Field
          name="email"
          type="email"
          label={t('account.email')}
          autoComplete="email"
          required
          onChange={() => form.touch('email')}
          error={form.errorOf('email')}
        />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <Submit busy={form.busy}>{t('account.forgot.submit')}</Submit>
      </form>
    </Card>
  );
}
