import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { Dialog } from '@/components/dialog';
import { DialogForm } from '@/components/dialog-form';
import { PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { PasswordRules } from '@/components/password-rules';
import { useForm } from '@/components/use-form';
import { setPassword, userKey } from '@/features/admin/api';
import type { AdminUser } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';
import { userWords } from './problem-words';

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
    void cache.invalidateQueries({ queryKey: userKey(username) });
    onClose();
  }, userWords(t));
  return (
    <Dialog title={t('admin.user.setPasswordOf', { name })} onClose={onClose}>
      <DialogForm form={form} action={t('admin.user.setPassword')} onCancel={onClose}>
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
      </DialogForm>
    </Dialog>
  );
}
