import type { ReactNode } from 'react';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import css from './dialog-form.module.css';
import { Note } from './note';
import { Spinner } from './spinner';
import type { Form } from './use-form';

interface Props {
  form: Form;
  /** What the button does that sends it, in words. */
  action: string;
  /** Whether that cannot be taken back. */
  grave?: boolean;
  onCancel: () => void;
  children: ReactNode;
}

/** A form that fills a dialog: its fields, what went wrong with the whole, and the two ways out. */
export function DialogForm({ form, action, grave = false, onCancel, children }: Props) {
  const t = useText();
  return (
    <form className={css.form} onSubmit={form.submit} noValidate>
      {children}
      {form.problem && <Note kind="bad">{form.problem}</Note>}
      <DialogActions>
        <Button look="quiet" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" look={grave ? 'grave' : 'solid'} aria-disabled={form.busy}>
          {form.busy && <Spinner />}
          {action}
        </Button>
      </DialogActions>
    </form>
  );
}

/** The buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}
