import { useState } from 'react';
import { Field, PasswordField } from '@/components/field';
import { PasswordRules } from '@/components/password-rules';
import type { Form } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import type { Wish } from './api';
import { useCheck } from './use-check';

interface Props {
  wish: Wish;
  onChange: (wish: Wish) => void;
  form: Form;
  /** The first account may do without an address. */
  emailOptional?: boolean;
}

/** Name, address and password, with what the server thinks of them while they are typed. */
export function WishFields({ wish, onChange, form, emailOptional = false }: Props) {
  const t = useText();
  const checked = useCheck(wish);
  // Half an address is no mistake yet.
  const [left, setLeft] = useState(false);
  const set = (field: keyof Wish) => (event: { target: { value: string } }) => {
    form.touch(field);
    onChange({ ...wish, [field]: event.target.value });
  };
  const name = checked('username');
  const password = checked('password');
  return (
    <>
      <Field
        name="username"
        label={t('login.username')}
        value={wish.username}
        onChange={set('username')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        hint={t('account.username.hint')}
        error={form.errorOf('username') ?? name.error}
        good={name.good ? t('account.username.free') : undefined}
      />
      <Field
        name="email"
        type="email"
        label={t(emailOptional ? 'account.email.optional' : 'account.email')}
        value={wish.email}
        onChange={set('email')}
        onBlur={() => setLeft(true)}
        autoComplete="email"
        required={!emailOptional}
        hint={t('account.email.hint')}
        error={form.errorOf('email') ?? (left ? checked('email').error : undefined)}
      />
      <PasswordField
        name="password"
        label={t('login.password')}
        value={wish.password}
        onChange={set('password')}
        autoComplete="new-password"
        required
        error={
          form.errorOf('password') ??
          (password.error && wish.password.length >= 8 ? password.error : undefined)
        }
        below={<PasswordRules {...wish} />}
      />
    </>
  );
}

export const emptyWish: Wish = { username: '', email: '', password: '' };
