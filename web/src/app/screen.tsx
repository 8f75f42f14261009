import type { ReactNode } from 'react';
import css from './screen.module.css';

/** A whole page with a few words in its middle. */
export function Screen({ children }: { children: ReactNode }) {
  return <main className={css.screen}>{children}</main>;
}
