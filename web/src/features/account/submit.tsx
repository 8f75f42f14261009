import type { ReactNode } from 'react';
import { Spinner } from '@/components/spinner';
import css from './account.module.css';

/** The button of a form: it stays where it is, and keeps the focus, while there is something to wait for. */
export function Submit({ busy, children }: { busy: boolean; children: ReactNode }) {
  return (
    <button className={css.submit} aria-disabled={busy}>
      {busy && <Spinner />}
      {children}
    </button>
  );
}
