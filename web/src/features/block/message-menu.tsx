import type { KeyboardEvent } from 'react';
import { FlagIcon, MoreIcon } from '@/components/icons';
import { MenuButton } from '@/components/menu-button';
import { useText } from '@/i18n/use-text';
import css from './message-menu.module.css';
import { useReporting } from './reporting';

interface Props {
  id: number;
  body: string;
  /** Of all, this one is where the Tab key leads; the arrow keys lead on. */
  entrance: boolean;
}

/** What can be done about a message of somebody else. */
export function MessageMenu({ id, body, entrance }: Props) {
  const t = useText();
  const report = useReporting();
  return (
    <MenuButton
      label={t('report.menu')}
      className={css.button}
      data-message-menu=""
      tabIndex={entrance ? 0 : -1}
      onKeyDown={toNeighbour}
      choices={[
        { label: t('report.action'), icon: <FlagIcon />, onSelect: () => report({ id, body }) },
      ]}
    >
      <MoreIcon />
    </MenuButton>
  );
}

/** Hundreds of messages are one stop of the Tab key: from one to the next it is up and down. */
function toNeighbour(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || event.altKey || event.currentTarget.ariaExpanded === 'true') return;
  const all = [...document.querySelectorAll<HTMLElement>('[data-message-menu]')];
  all[all.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}
