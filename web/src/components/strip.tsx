import type { ReactNode } from 'react';
import css from './strip.module.css';

/** A few words and a choice above everything, in nobody's way. */
export function Strip({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={css.strip} aria-label={label}>
      {children}
    </section>
  );
}
