import type { ReactNode } from 'react';
import css from './section.module.css';

interface Props {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** A part of a page of settings, under its heading. */
export function Section({ title, lead, children }: Props) {
  return (
    <section className={css.section}>
      <h2>{title}</h2>
      {lead && <p className={css.lead}>{lead}</p>}
      <div className={css.body}>{children}</div>
    </section>
  );
}

/** Buttons and what belongs beside them, in a line that may break. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}

interface EntryProps {
  picture?: ReactNode;
  title: ReactNode;
  badge?: string | false;
  details: ReactNode[];
  action?: ReactNode;
}

/** One of a list: what it is, what there is to know of it, what can be done with it. */
export function Entry({ picture, title, badge, details, action }: EntryProps) {
  return (
    <li className={css.entry}>
      {picture && <span className={css.picture}>{picture}</span>}
      <div className={css.what}>
        <p className={css.name}>
          {title}
          {badge && <span className={css.badge}>{badge}</span>}
        </p>
        {details.map(
          (detail, index) =>
            detail && (
              <p key={index} className={css.detail}>
                {detail}
              </p>
            ),
        )}
      </div>
      {action}
    </li>
  );
}

export function Entries({ label, children }: { label: string; children: ReactNode }) {
  return (
    // Safari forgets that a list without marks is one.
    // eslint-disable-next-line jsx-a11y-x/no-redundant-roles
    <ul role="list" className={css.entries} aria-label={label}>
      {children}
    </ul>
  );
}
