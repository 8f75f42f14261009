import type { ReactNode } from 'react';
import type { ApiProblem } from '@/api/problem';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import css from './confirm-dialog.module.css';
import { Dialog } from './dialog';
import { Note } from './note';
import { Spinner } from './spinner';
import { useForm } from './use-form';

interface Props {
  title: string;
  /** What will be so. */
  lead?: ReactNode;
  /** What the button says: what is done, not "OK". */
  action: string;
  /** For what cannot be taken back. */
  grave?: boolean;
  onConfirm: () => Promise<unknown>;
  /** Better words than the usual ones for a problem, where there are any. */
  words?: (problem: ApiProblem) => string | undefined;
  onClose: () => void;
}

/** Asks before something is done; closes by itself once it is. */
export function ConfirmDialog(props: Props) {
  const { title, lead, action, grave = false, onConfirm, words, onClose } = props;
  const t = useText();
  const form = useForm(async () => {
    await onConfirm();
    onClose();
  }, words);
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={css.form} onSubmit={form.submit}>
        {lead && <div className={css.lead}>{lead}</div>}
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <div className={css.actions}>
          <Button look="quiet" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" look={grave ? 'grave' : 'solid'} aria-disabled={form.busy}>
            {form.busy && <Spinner />}
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
