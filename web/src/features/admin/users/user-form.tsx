import { useState } from 'react';
import { Field } from '@/components/field';
import { Note } from '@/components/note';
import { SaveButton } from '@/components/save-button';
import { Section } from '@/components/section';
import { useForm, valueIn } from '@/components/use-form';
import type { AdminUser } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';
import { userWords } from './problem-words';
import { useChange } from './use-change';

const names = ['display_name', 'email'] as const;

/** How a person is called and reached. */
export function UserForm({ user }: { user: AdminUser }) {
  const t = useText();
  const change = useChange(user);
  const [saved, setSaved] = useState(false);
  const form = useForm(async (element) => {
    const typed = (name: 'display_name' | 'email') => valueIn(element, name).trim();
    // What was not touched here may have been changed elsewhere.
    const news = names.filter((name) => typed(name) !== user[name]);
    if (news.length > 0) await change(Object.fromEntries(news.map((name) => [name, typed(name)])));
    setSaved(true);
  }, userWords(t));
  const field = (name: 'display_name' | 'email') => ({
    name,
    defaultValue: user[name],
    autoComplete: 'off',
    error: form.errorOf(name),
    onChange: () => {
      setSaved(false);
      form.touch(name);
    },
  });
  return (
    <Section title={t('admin.user.profile')}>
      <form onSubmit={form.submit} noValidate>
        <Field
          {...field('display_name')}
          label={t('admin.user.name')}
          hint={t('admin.user.nameHint')}
          maxLength={150}
          dir="auto"
        />
        <Field {...field('email')} type="email" label={t('admin.users.email')} dir="ltr" />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <SaveButton busy={form.busy} saved={saved}>
          {t('action.save')}
        </SaveButton>
      </form>
    </Section>
  );
}
