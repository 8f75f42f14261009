import type { ReactNode } from 'react';
import type { ApiProblem } from '@/api/problem';
import css from './confirm-dialog.module.css';
import { Dialog } from './dialog';
import { DialogForm } from './dialog-form';
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
  const form = useForm(async () => {
    await onConfirm();
    onClose();
  }, words);
  return (
    <Dialog title={title} onClose={onClose}>
      <DialogForm form={form} action={action} grave={grave} onCancel={onClose}>
        {lead && <div className={css.lead}>{lead}</div>}
      </DialogForm>
    </Dialog>
  );
}
