import type { ReactNode } from 'react';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import { CheckIcon } from './icons';
import css from './save-button.module.css';
import { Spinner } from './spinner';

interface Props {
  busy: boolean;
  saved: boolean;
  children: ReactNode;
}

/** The button of a form, and beside it that its work is done. */
export function SaveButton({ busy, saved, children }: Props) {
  const t = useText();
  return (
    <div className={css.place}>
      <Button type="submit" aria-disabled={busy}>
        {busy && <Spinner />}
        {children}
      </Button>
      <span className={css.saved} role="status">
        {saved && (
          <>
            <CheckIcon />
            {t('action.saved')}
          </>
        )}
      </span>
    </div>
  );
}
