import { useId, useState } from 'react';
import { useApi } from '@/api/api-context';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { DialogActions, DialogForm } from '@/components/dialog-form';
import { Note } from '@/components/note';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { report } from './api';
import css from './report-dialog.module.css';

interface Props {
  message: { id: number; body: string };
  onClose: () => void;
}

/** Shows a message to those who run the server, with a reason if there is one. */
export default function ReportDialog({ message, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const id = useId();
  const [done, setDone] = useState(false);
  const form = useForm(async (element) => {
    await report(api, message.id, valueIn(element, 'reason').trim());
    setDone(true);
  });
  return (
    <Dialog title={t('reporting.title')} onClose={onClose}>
      {done ? (
        <div className={css.form}>
          <Note kind="good">{t('reporting.done')}</Note>
          <DialogActions>
            <Button onClick={onClose}>{t('action.close')}</Button>
          </DialogActions>
        </div>
      ) : (
        <DialogForm form={form} action={t('reporting.submit')} onCancel={onClose}>
          <p className={css.lead}>{t('reporting.lead')}</p>
          <blockquote className={css.quote} dir="auto">
            {message.body}
          </blockquote>
          <div className={css.reason}>
            <label htmlFor={id}>{t('reporting.reason')}</label>
            <textarea id={id} name="reason" rows={3} maxLength={1000} dir="auto" />
          </div>
        </DialogForm>
      )}
    </Dialog>
  );
}
