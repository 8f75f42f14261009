import type { ReactNode } from 'react';
import css from './section-page.module.css';

interface Props {
  title: string;
  /** What can be done here, beside the heading. */
  action?: ReactNode;
  /** How to find something, below it. */
  tools?: ReactNode;
  children: ReactNode;
}

/** A section that fills the screen: its heading, its tools, and below them what scrolls by itself. */
export function SectionPage({ title, action, tools, children }: Props) {
  return (
    <div className={css.page}>
      <header className={css.header}>
        <h2>{title}</h2>
        {action}
      </header>
      {tools && <div className={css.tools}>{tools}</div>}
      {children}
    </div>
  );
}

/** One that is read from the top to the bottom. */
export function Reading({ children }: { children: ReactNode }) {
  return (
    <div className={css.reading}>
      <div className={css.column}>{children}</div>
    </div>
  );
}
