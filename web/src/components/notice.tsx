import type { ReactNode } from 'react';
import css from './notice.module.css';

interface Props {
  title: string;
  children?: ReactNode;
  picture?: ReactNode;
  /** For something that went wrong: read out at once. */
  urgent?: boolean;
}

/** A few words in the middle of an otherwise empty place. */
export function Notice({ title, children, picture, urgent = false }: Props) {
  return (
    <div className={css.notice} role={urgent ? 'alert' : undefined}>
      {picture}
      <p className={css.title}>{title}</p>
      {children && <div className={css.more}>{children}</div>}
    </div>
  );
}
