import { Icon } from './icons';

export const CopyIcon = () => (
  <Icon size={18}>
    <rect x="8.500" y="8.500" width="11" height="11" rx="2" />
    <path d="M15.500 5.500a1.500 1.500 0 0 0-1.500-1.500H6A1.500 1.500 0 0 0 4.500 5.500v8A1.500 1.500 0 0 0 6 15" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8.500" r="3.800" />
    <path d="M4.800 19.500c.8-3.600 3.700-5.500 7.200-5.500s6.400 1.900 7.200 5.500" />
  </Icon>
);

export const MailIcon = () => (
  <Icon>
    <rect x="3.500" y="5.500" width="17" height="13" rx="2" />
    <path d="m4 7 8 6 8-6" />
  </Icon>
);

export const LockIcon = () => (
  <Icon>
    <rect x="5" y="10.500" width="14" height="9.500" rx="2" />
    <path d="M8 10.500V8a4 4 0 0 1 8 0v2.500" />
  </Icon>
);

export const DevicesIcon = () => (
  <Icon>
    <path d="M4.500 16V7A1.500 1.500 0 0 1 6 5.500h11M2.500 19H12" />
    <rect x="14.500" y="9" width="7" height="11" rx="1.500" />
  </Icon>
);

export const KeyIcon = () => (
  <Icon>
    <circle cx="8" cy="15.500" r="4" />
    <path d="m11 12.500 8.500-8.500M15.500 8l3 3" />
  </Icon>
);

export const ShieldIcon = () => (
  <Icon>
    <path d="M12 3.500 5 6v5.500c0 4.300 2.900 7.400 7 9 4.100-1.600 7-4.700 7-9V6Z" />
  </Icon>
);

export const ArchiveIcon = () => (
  <Icon>
    <rect x="3.500" y="4.500" width="17" height="4.500" rx="1" />
    <path d="M5 9v9a1.500 1.500 0 0 0 1.500 1.500h11A1.500 1.500 0 0 0 19 18V9M10 13h4" />
  </Icon>
);

export const TicketIcon = () => (
  <Icon>
    <path d="M3.500 9V7A1.500 1.500 0 0 1 5 5.500h14A1.500 1.500 0 0 1 20.500 7v2a3 3 0 0 0 0 6v2a1.500 1.500 0 0 1-1.500 1.500H5A1.500 1.500 0 0 1 3.500 17v-2a3 3 0 0 0 0-6Z" />
    <path d="M14 9v6" />
  </Icon>
);

export const GaugeIcon = ({ size = 20 }: { size?: number }) => (
  <Icon size={size}>
    <path d="M4.500 18a9 9 0 1 1 15 0M12 14l4-5" />
    <circle cx="12" cy="14" r="1.500" />
  </Icon>
);

export const PeopleIcon = () => (
  <Icon>
    <circle cx="9" cy="8.500" r="3.500" />
    <path d="M2.500 19c.6-3.300 3.200-5 6.500-5s5.900 1.700 6.500 5M15.500 5.300a3.500 3.500 0 0 1 0 6.400M18 14.400c1.900.7 3.100 2.300 3.500 4.600" />
  </Icon>
);

export const BubblesIcon = () => (
  <Icon>
    <path d="M4 5.500h12a1.500 1.500 0 0 1 1.500 1.500v6a1.500 1.500 0 0 1-1.500 1.500H9l-4 3.500v-3.500H4A1.500 1.500 0 0 1 2.500 13V7A1.500 1.500 0 0 1 4 5.500Z" />
    <path d="M20 9.500a1.500 1.500 0 0 1 1.500 1.500v5a1.500 1.500 0 0 1-1.500 1.500h-.5v3l-3.500-3h-3" />
  </Icon>
);

export const FlagIcon = () => (
  <Icon>
    <path d="M5.500 21V4M5.500 5c4-2.500 7 2.500 13 0v9c-6 2.500-9-2.500-13 0" />
  </Icon>
);

export const BookIcon = () => (
  <Icon>
    <path d="M6 3.500h12v17H6a1.500 1.500 0 0 1-1.500-1.500V5A1.500 1.500 0 0 1 6 3.500ZM9 8h6M9 12h6M9 16h4" />
  </Icon>
);
