import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import css from './dialog.module.css';
import { CloseIcon } from './icons';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus, and gives it back. */
export function Dialog({ title, onClose, children }: Props) {
  const t = useText();
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className={css.dialog} aria-labelledby={heading} onClose={onClose}>
      <header className={css.header}>
        <h2 id={heading}>{title}</h2>
        <Button look="icon" aria-label={t('action.close')} onClick={onClose}>
          <CloseIcon />
        </Button>
      </header>
      {children}
    </dialog>
  );
}
