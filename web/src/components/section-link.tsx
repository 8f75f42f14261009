import type { ReactNode, Ref } from 'react';
import { Link } from 'wouter';
import css from './section-link.module.css';

interface Props {
  href: string;
  icon: ReactNode;
  /** Whether this is the section that is shown. */
  current?: boolean;
  ref?: Ref<HTMLAnchorElement> | undefined;
  children: ReactNode;
}

/** One of the sections that stand beside what they show. How dense they are, the list says (`--section-…`). */
export function SectionLink({ href, icon, current = false, ref, children }: Props) {
  return (
    <Link href={href} className={css.link} aria-current={current ? 'page' : undefined} ref={ref}>
      {icon}
      {children}
    </Link>
  );
}
