import type { ReactNode } from 'react';

interface IconProps {
  children: ReactNode;
  size?: number;
  /** Of the line, on the grid. */
  width?: number;
}

/** Drawn on a grid of 24, with the text's colour. Always decoration: the words are elsewhere. */
export function Icon({ children, size = 20, width = 1.9 }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={width}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon size={18}>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m20 20-4.7-4.7" />
  </Icon>
);

export const CloseIcon = ({ size = 18 }: { size?: number }) => (
  <Icon size={size}>
    <path d="M6 6l12 12M18 6 6 18" />
  </Icon>
);

export const BackIcon = () => (
  <Icon size={22}>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
);

export const DownIcon = () => (
  <Icon size={20}>
    <path d="M12 5v14M6 13l6 6 6-6" />
  </Icon>
);

export const SendIcon = () => (
  <Icon size={20}>
    <path d="M5 12h13M12.5 5.5 19 12l-6.5 6.5" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon size={20}>
    <circle cx="5" cy="12" r="1.2" fill="currentColor" />
    <circle cx="12" cy="12" r="1.2" fill="currentColor" />
    <circle cx="19" cy="12" r="1.2" fill="currentColor" />
  </Icon>
);

export const CheckIcon = ({ size = 16 }: { size?: number }) => (
  <Icon size={size}>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const ChecksIcon = ({ size = 16, bold = false }: { size?: number; bold?: boolean }) => (
  <Icon size={size} width={bold ? 3 : 1.9}>
    <path d="m1.5 12.5 4.5 4.5L15.5 7.5M11.5 16l1 1L22 7.5" />
  </Icon>
);

export const ClockIcon = ({ size = 14 }: { size?: number }) => (
  <Icon size={size}>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.500V12l3 2" />
  </Icon>
);

export const WarningIcon = ({ size = 16 }: { size?: number }) => (
  <Icon size={size}>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7.500v5M12 16.200v.1" />
  </Icon>
);

export const EyeIcon = ({ crossed }: { crossed: boolean }) => (
  <Icon size={20}>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
    <circle cx="12" cy="12" r="2.8" />
    {crossed && <path d="M4 4l16 16" />}
  </Icon>
);

export const BellIcon = ({ crossed = false, size = 20 }: { crossed?: boolean; size?: number }) => (
  <Icon size={size}>
    <path d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 6.500H4C4 16 6 15 6 10Z" />
    <path d="M10 20a2.200 2.200 0 0 0 4 0" />
    {crossed && <path d="M4 4l16 16" />}
  </Icon>
);

export const LogOutIcon = () => (
  <Icon size={18}>
    <path d="M14 4H6.500A1.5 1.5 0 0 0 5 5.500v13A1.5 1.5 0 0 0 6.5 20H14M10.5 12H20m-3.5-3.500L20 12l-3.5 3.5" />
  </Icon>
);

export const KeyboardIcon = () => (
  <Icon size={18}>
    <rect x="2.5" y="6" width="19" height="12" rx="2" />
    <path d="M6.5 10h.1M10.2 10h.1M13.8 10h.1M17.4 10h.1M8 14h8" />
  </Icon>
);

export const ComposeIcon = () => (
  <Icon size={20}>
    <path d="M12 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19h11a1.5 1.5 0 0 0 1.5-1.500V12" />
    <path d="M9.5 14.500l.5-3 7.8-7.800a1.4 1.4 0 0 1 2 0l.5.5a1.4 1.4 0 0 1 0 2L12.5 14Z" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon size={18}>
    <circle cx="12" cy="12" r="3" />
    <path d="M12 3v2.500M12 18.500V21M3 12h2.500M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800" />
  </Icon>
);

export const BlockIcon = ({ size = 20 }: { size?: number }) => (
  <Icon size={size}>
    <circle cx="12" cy="12" r="8.500" />
    <path d="m6 6 12 12" />
  </Icon>
);

export const FlagIcon = ({ size = 18 }: { size?: number }) => (
  <Icon size={size}>
    <path d="M5.500 21V4.500c4-2 8.500 2 13 0v9c-4.500 2-9-2-13 0" />
  </Icon>
);
