import type { ReactNode } from 'react';
import {
  ArchiveIcon,
  DevicesIcon,
  KeyIcon,
  LockIcon,
  MailIcon,
  PersonIcon,
  ShieldIcon,
  GaugeIcon,
} from '@/components/section-icons';
import { SectionLink } from '@/components/section-link';
import { BlockIcon } from '@/components/icons';
import { useText, type TextKey } from '@/i18n/use-text';
import css from './settings.module.css';

export const sections = [
  'profile',
  'email',
  'password',
  'sessions',
  'tokens',
  'privacy',
  'blocked',
  'data',
] as const;

export type SectionName = (typeof sections)[number];

const icons: Record<SectionName, ReactNode> = {
  profile: <PersonIcon />,
  email: <MailIcon />,
  password: <LockIcon />,
  sessions: <DevicesIcon />,
  tokens: <KeyIcon />,
  privacy: <ShieldIcon />,
  blocked: <BlockIcon />,
  data: <ArchiveIcon />,
};

export function titleOf(section: SectionName): TextKey {
  return `settings.${section}.title`;
}

interface Props {
  current: SectionName | null;
  superuser: boolean;
}

/** The sections of the settings, beside the one that is shown, or by themselves where there is room for one only. */
export function SettingsNav({ current, superuser }: Props) {
  const t = useText();
  return (
    <nav className={css.nav} aria-label={t('settings.title')}>
      {sections.map((section) => (
        <SectionLink
          key={section}
          href={`/settings/${section}/`}
          icon={icons[section]}
          current={section === current}
        >
          {t(titleOf(section))}
        </SectionLink>
      ))}
      {superuser && (
        <SectionLink href="/admin/" icon={<GaugeIcon />}>
          {t('menu.admin')}
        </SectionLink>
      )}
    </nav>
  );
}
