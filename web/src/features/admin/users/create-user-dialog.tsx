import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useApi } from '@/api/api-context';
import { Dialog } from '@/components/dialog';
import { DialogForm } from '@/components/dialog-form';
import { Field, PasswordField } from '@/components/field';
import { PasswordRules } from '@/components/password-rules';
import { Switch } from '@/components/switch';
import { useForm, valueIn } from '@/components/use-form';
import { createUser, listKey } from '@/features/admin/api';
import { userPagePath } from '@/features/admin/paths';
import { useText } from '@/i18n/use-text';

/** Makes an account, and shows it. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [, navigate] = useLocation();
  const [wish, setWish] = useState({ username: '', password: '', email: '' });
  const [superuser, setSuperuser] = useState(false);
  const form = useForm(async (element) => {
    const display_name = valueIn(element, 'display_name').trim();
    const user = await createUser(api, { ...wish, display_name, is_superuser: superuser });
    void cache.invalidateQueries({ queryKey: listKey('user') });
    onClose();
    navigate(userPagePath(user.username));
  });
  const field = (name: keyof typeof wish) => ({
    name,
    value: wish[name],
    error: form.errorOf(name),
    onChange: (event: { target: { value: string } }) => {
      form.touch(name);
      setWish({ ...wish, [name]: event.target.value });
    },
  });
  return (
    <Dialog title={t('admin.users.create')} onClose={onClose}>
      <DialogForm form={form} action={t('admin.users.createDo')} onCancel={onClose}>
        <Field
          {...field('username')}
          label={t('login.username')}
          hint={t('account.username.hint')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <Field
          name="display_name"
          label={t('admin.user.name')}
          autoComplete="off"
          dir="auto"
          maxLength={150}
          onChange={() => form.touch('display_name')}
          error={form.errorOf('display_name')}
        />
        <Field
          {...field('email')}
          type="email"
          label={t('account.email.optional')}
          autoComplete="off"
        />
        <PasswordField
          {...field('password')}
          label={t('login.password')}
          autoComplete="new-password"
          required
          below={<PasswordRules {...wish} />}
        />
        <Switch
          label={t('admin.users.superuser')}
          hint={t('admin.user.superuserHint')}
          on={superuser}
          onChange={setSuperuser}
        />
      </DialogForm>
    </Dialog>
  );
}
