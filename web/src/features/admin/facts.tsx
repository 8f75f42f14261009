import type { ReactNode } from 'react';
import css from './facts.module.css';

interface Props {
  /** What is known, each beside what it is; `false` is left out. */
  facts: readonly (readonly [label: string, value: ReactNode] | false)[];
}

/** What is known of one thing. */
export function Facts({ facts }: Props) {
  return (
    <dl className={css.facts}>
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]} className={css.fact}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
