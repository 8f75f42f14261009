import { useApi } from '@/api/api-context';
import { ApiProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { PasswordField } from '@/components/field';
import { Note } from '@/components/note';
import { Spinner } from '@/components/spinner';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { confirmPassword } from './api';

/** Whether the server wants the password once more before it lets one administer. */
export function wantsPassword(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === 'password_required';
}

/** Asks for the password. */
export function PasswordGate({ onConfirmed }: { onConfirmed: () => void }) {
  const t = useText();
  const api = useApi();
  const form = useForm(async (element) => {
    await confirmPassword(api, valueIn(element, 'password'));
    onConfirmed();
  });
  return (
    <form onSubmit={form.submit} noValidate>
      <Note kind="plain">{t('settings.gate.lead')}</Note>
      <PasswordField
        name="password"
        label={t('settings.password.current')}
        autoComplete="current-password"
        required
        onChange={() => form.touch('password')}
        error={form.errorOf('password')}
      />
      {form.problem && <Note kind="bad">{form.problem}</Note>}
      <div>
        <Button type="submit" aria-disabled={form.busy}>
          {form.busy && <Spinner />}
          {t('settings.gate.submit')}
        </Button>
      </div>
    </form>
  );
}
