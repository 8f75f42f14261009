import { useState } from 'react';
import { useApi } from '@/api/api-context';
import { ApiProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { DialogForm } from '@/components/dialog-form';
import { Field, PasswordField } from '@/components/field';
import { Actions } from '@/components/section';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { deleteMe } from './api';
import css from './data.module.css';

interface Props {
  me: Me;
  onDeleted: () => void;
}

export function DeleteAccount(props: Props) {
  const t = useText();
  const [asking, setAsking] = useState(false);
  return (
    <Actions>
      <Button look="grave" onClick={() => setAsking(true)}>
        {t('settings.delete.start')}
      </Button>
      {asking && <DeleteDialog {...props} onClose={() => setAsking(false)} />}
    </Actions>
  );
}

/** Says what will be gone and what stays, and wants the name and the password. */
function DeleteDialog({ me, onDeleted, onClose }: Props & { onClose: () => void }) {
  const t = useText();
  const api = useApi();
  const form = useForm(
    async (element) => {
      if (valueIn(element, 'confirm') !== me.username) {
        const words = t('settings.delete.nameWrong', { username: me.username });
        throw new ApiProblem('invalid', { fields: { confirm: [words] } });
      }
      await deleteMe(api, valueIn(element, 'password'));
      onDeleted();
    },
    (problem) => (problem.status === 409 ? t('settings.delete.last') : undefined),
  );
  return (
    <Dialog title={t('settings.delete.sure')} onClose={onClose}>
      <DialogForm form={form} action={t('settings.delete.submit')} grave onCancel={onClose}>
        <ul className={css.consequences}>
          <li>{t('settings.delete.gone')}</li>
          <li>{t('settings.delete.stays')}</li>
          <li>{t('settings.delete.name', { username: me.username })}</li>
        </ul>
        <Field
          name="confirm"
          label={t('settings.delete.type', { username: me.username })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          onChange={() => form.touch('confirm')}
          error={form.errorOf('confirm')}
        />
        <PasswordField
          name="password"
          label={t('settings.password.current')}
          autoComplete="current-password"
          required
          onChange={() => form.touch('password')}
          error={form.errorOf('password')}
        />
      </DialogForm>
    </Dialog>
  );
}
