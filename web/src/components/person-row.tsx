import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useText } from '@/i18n/use-text';
import { usePresence } from '@/realtime/presence-context';
import { Avatar } from './avatar';
import css from './person-row.module.css';
import { rowMark } from './row-keys';

interface Props {
  username: string;
  name: string;
  picture?: string | null | undefined;
  href: string;
  current: boolean;
  /** Beside the name, at the end of the line. */
  aside?: ReactNode;
  /** The second line. */
  detail?: ReactNode;
  badge?: ReactNode;
  onChoose?: () => void;
}

/** One person in a list, as a link to the conversation with them. */
export function PersonRow(props: Props) {
  const { username, name, picture, href, current, aside, detail, badge, onChoose } = props;
  const t = useText();
  const { online } = usePresence(username);
  return (
    <Link
      href={href}
      className={css.row}
      {...rowMark}
      aria-current={current ? 'page' : undefined}
      onClick={onChoose}
    >
      <Avatar username={username} name={name} picture={picture} online={online} />
      <span className={css.text}>
        <span className={css.line}>
          <span className={css.name}>
            <bdi>{name}</bdi>
          </span>
          {online && <span className="visually-hidden">{t('presence.online')}</span>}
          {aside && <span className={css.aside}>{aside}</span>}
        </span>
        {(detail ?? badge) && (
          <span className={css.line}>
            <span className={css.detail}>{detail}</span>
            {badge}
          </span>
        )}
      </span>
    </Link>
  );
}
