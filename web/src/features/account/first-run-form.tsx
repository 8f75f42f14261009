import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { Field } from '@/components/field';
import { Note } from '@/components/note';
import { useForm } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { makeFirst } from './api';
import { Card } from './card';
import { LogInLink } from './links';
import { Submit } from './submit';
import { emptyWish, WishFields } from './wish-fields';

interface Props {
  onLoggedIn: (me: Me) => Promise<void>;
}

/** The very first account, which whoever runs the server makes with the code on its console. */
export function FirstRunForm({ onLoggedIn }: Props) {
  const t = useText();
  const api = useApi();
  const [wish, setWish] = useState(emptyWish);
  const [code, setCode] = useState('');
  const form = useForm(
    async () => onLoggedIn(await makeFirst(api, code.trim(), wish)),
    (problem) => (problem.status === 409 ? t('account.first.over') : undefined),
  );
  return (
    <Card title={t('account.first.title')} lead={t('account.first.lead')}>
      <form className={css.form} onSubmit={form.submit} noValidate>
        <Field
          name="code"
          label={t('account.first.code')}
          value={code}
          onChange={(event) => {
            form.touch('code');
            setCode(event.target.value);
          }}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          dir="ltr"
          placeholder="XXXX-XXXX-XXXX"
          required
          hint={t('account.first.codeHint')}
          error={form.errorOf('code')}
        />
        <WishFields wish={wish} onChange={setWish} form={form} emailOptional />
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <Submit busy={form.busy}>{t('account.first.submit')}</Submit>
      </form>
    </Card>
  );
}

export function FirstRunOver() {
  const t = useText();
  return (
    <Card title={t('account.first.title')} lead={t('account.first.over')} links={<LogInLink />} />
  );
}
