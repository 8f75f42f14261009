import type { ReactNode } from 'react';
import css from './note.module.css';

interface Props {
  /** `bad` is read out at once, `good` when there is a pause; `plain` is part of the page. */
  kind: 'bad' | 'good' | 'warn' | 'plain';
  children: ReactNode;
}

const roles = { bad: 'alert', good: 'status', warn: 'status', plain: undefined } as const;

/** A few words in a box of their colour. */
export function Note({ kind, children }: Props) {
  return (
    <div className={css.note} data-kind={kind} role={roles[kind]}>
      {children}
    </div>
  );
}
