import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { PasswordRules } from '@/components/password-rules';
import { SaveButton } from '@/components/save-button';
import { Section } from '@/components/section';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { changePassword } from './api';

/** Another password, which logs out everywhere else. */
export function PasswordSection({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const [wanted, setWanted] = useState('');
  const [done, setDone] = useState(false);
  const form = useForm(async (element) => {
    setDone(false);
    await changePassword(api, valueIn(element, 'old_password'), wanted);
    element.reset();
    setWanted('');
    setDone(true);
  });
  return (
    <Section title={t('settings.password.title')} lead={t('settings.password.lead')}>
      <form onSubmit={form.submit} noValidate>
        {/* Password managers want to know whose it is. */}
        <input type="hidden" name="username" autoComplete="username" value={me.username} />
        <PasswordField
          name="old_password"
          label={t('settings.password.current')}
          autoComplete="current-password"
          required
          onChange={() => form.touch('old_password')}
          error={form.errorOf('old_password')}
        />
        <PasswordField
          name="new_password"
          label={t('settings.password.new')}
          value={wanted}
          onChange={(event) => {
            form.touch('new_password');
            setWanted(event.target.value);
          }}
          autoComplete="new-password"
          required
          error={form.errorOf('new_password')}
          below={<PasswordRules password={wanted} username={me.username} email={me.email} />}
        />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <SaveButton busy={form.busy} saved={done}>
          {t('settings.password.submit')}
        </SaveButton>
      </form>
    </Section>
  );
}
