import { useEffect, type ReactNode } from 'react';
import { Logo } from '@/components/logo';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';

interface Props {
  title: string;
  /** What this is about, in a sentence or two. */
  lead?: ReactNode;
  children?: ReactNode;
  /** Where else to go. */
  links?: ReactNode;
}

/** A page with one thing to do, for somebody who is not logged in. */
export function Card({ title, lead, children, links }: Props) {
  const t = useText();
  useEffect(() => {
    document.title = `${title} – ${t('app.name')}`;
  }, [title, t]);
  return (
    <main className="login-page">
      <div className={css.card}>
        <header className={css.head}>
          <Logo size={44} />
          <h1>{title}</h1>
          {lead && <div className={css.lead}>{lead}</div>}
        </header>
        {children}
        {links && <footer className={css.links}>{links}</footer>}
      </div>
    </main>
  );
}
