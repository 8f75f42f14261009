import type { ReactNode } from 'react';
import css from './badge.module.css';

interface Props {
  kind?: 'plain' | 'good' | 'warn' | 'bad';
  children: ReactNode;
}

/** A word or two about the state of something. */
export function Badge({ kind = 'plain', children }: Props) {
  return (
    <span className={css.badge} data-kind={kind}>
      {children}
    </span>
  );
}
