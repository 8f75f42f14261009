import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { Field, PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { SaveButton } from '@/components/save-button';
import { Section } from '@/components/section';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { changeMe } from './api';

/** Where mail about the account goes. Another address counts once it is confirmed by mail. */
export function EmailSection({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [sent, setSent] = useState(false);
  const form = useForm(
    async (element) => {
      setSent(false);
      const email = valueIn(element, 'email').trim();
      await changeMe(api, cache, { email, password: valueIn(element, 'password') });
      setSent(true);
      element.reset();
    },
    (problem) => (problem.code === 'mail_off' ? t('settings.email.off') : undefined),
  );
  return (
    <Section title={t('settings.email.title')} lead={t('settings.email.lead')}>
      <Note kind="plain">
        {me.email ? t('settings.email.now') : t('settings.email.none')} <bdi>{me.email}</bdi>
      </Note>
      {me.pending_email && (
        <Note kind="warn">
          {t('settings.email.pending')} <bdi>{me.pending_email}</bdi>
        </Note>
      )}
      <form onSubmit={form.submit} noValidate>
        <Field
          name="email"
          type="email"
          label={t('settings.email.new')}
          autoComplete="email"
          required
          onChange={() => form.touch('email')}
          error={form.errorOf('email')}
        />
        <PasswordField
          name="password"
          label={t('settings.password.current')}
          autoComplete="current-password"
          required
          onChange={() => form.touch('password')}
          error={form.errorOf('password')}
        />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <SaveButton busy={form.busy} saved={sent}>
          {t('settings.email.submit')}
        </SaveButton>
      </form>
    </Section>
  );
}
