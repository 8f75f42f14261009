import { useEffect, useRef, useState } from 'react';
import { useApi } from '@/api/api-context';
import { Dialog } from '@/components/dialog';
import { DialogForm } from '@/components/dialog-form';
import { PasswordField } from '@/components/field';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { confirmPassword } from './api';
import css from './password-step.module.css';

interface Question {
  promise: Promise<boolean>;
  answer: (yes: boolean) => void;
}

/**
 * Asks for the password wherever the server wants it once more, above whatever is shown. Everything that waits for it
 * goes on afterwards, with what was typed; who does not want to prove anything is refused as before.
 */
export function PasswordStep() {
  const api = useApi();
  const question = useRef<Question | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const stop = api.onPasswordRequired(() => {
      question.current ??= ask();
      setOpen(true);
      return question.current.promise;
    });
    return () => {
      stop();
      question.current?.answer(false);
    };
  }, [api]);
  const answer = (yes: boolean) => {
    question.current?.answer(yes);
    question.current = null;
    setOpen(false);
  };
  return open && <PasswordDialog onAnswer={answer} />;
}

function ask(): Question {
  let answer: Question['answer'] = () => undefined;
  const promise = new Promise<boolean>((resolve) => (answer = resolve));
  return { promise, answer };
}

function PasswordDialog({ onAnswer }: { onAnswer: (yes: boolean) => void }) {
  const t = useText();
  const api = useApi();
  const form = useForm(async (element) => {
    await confirmPassword(api, valueIn(element, 'password'));
    onAnswer(true);
  });
  return (
    <Dialog title={t('admin.confirm.title')} onClose={() => onAnswer(false)}>
      <DialogForm form={form} action={t('admin.confirm.submit')} onCancel={() => onAnswer(false)}>
        <p className={css.lead}>{t('admin.confirm.lead')}</p>
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
