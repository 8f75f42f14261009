import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { PasswordRules } from '@/components/password-rules';
import { Spinner } from '@/components/spinner';
import { useForm } from '@/components/use-form';
import { setPassword, userKey } from '@/features/admin/api';
import type { AdminUser } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';
import { userWords } from './problem-words';
import css from './users.module.css';

interface Props {
  user: AdminUser;
  name: string;
  onClose: () => void;
}

/** Gives somebody another password, which ends everything that the old one had opened. */
export function PasswordDialog({ user, name, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const { username, email } = user;
  const [password, type] = useState('');
  const form = useForm(async () => {
    await setPassword(api, username, password);
    await cache.invalidateQueries({ queryKey: userKey(username) });
    onClose();
  }, userWords(t));
  return (
    <Dialog title={t('admin.user.setPasswordOf', { name })} onClose={onClose}>
      <form className={css.form} onSubmit={form.submit} noValidate>
        <Note kind="plain">{t('admin.user.setPasswordLead')}</Note>
        <PasswordField
          name="password"
          label={t('admin.user.newPassword')}
          value={password}
          autoComplete="new-password"
          required
          onChange={(event) => {
            form.touch('password');
            type(event.target.value);
          }}
          error={form.errorOf('password')}
          below={<PasswordRules password={password} username={username} email={email} />}
        />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <div className={css.actions}>
          <Button look="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" aria-disabled={form.busy}>
            {form.busy && <Spinner />}
            {t('admin.user.setPassword')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
