import type { ReactNode } from 'react';
import {
  BookIcon,
  BubblesIcon,
  FlagIcon,
  GaugeIcon,
  PeopleIcon,
  TicketIcon,
} from '@/components/section-icons';
import { SectionLink } from '@/components/section-link';
import { sectionPath, sections, type AdminSection } from '@/features/admin/paths';
import { useText } from '@/i18n/use-text';
import css from './admin.module.css';

const icons: Record<AdminSection, ReactNode> = {
  overview: <GaugeIcon />,
  users: <PeopleIcon />,
  messages: <BubblesIcon />,
  reports: <FlagIcon />,
  invitations: <TicketIcon />,
  log: <BookIcon />,
};

function bringIntoView(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

export function AdminNav({ current }: { current: AdminSection }) {
  const t = useText();
  return (
    <nav className={css.nav} aria-label={t('menu.admin')}>
      {sections.map((section) => (
        <SectionLink
          key={section}
          href={sectionPath(section)}
          icon={icons[section]}
          current={section === current}
          // On a telephone there is no room for all of them.
          ref={section === current ? bringIntoView : undefined}
        >
          {t(`admin.${section}.title`)}
        </SectionLink>
      ))}
    </nav>
  );
}
