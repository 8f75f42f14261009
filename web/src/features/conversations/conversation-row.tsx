import { memo } from 'react';
import type { Conversation } from '@/api/types';
import { conversationPath } from '@/components/paths';
import { BellIcon } from '@/components/icons';
import { PersonRow } from '@/components/person-row';
import { useNow } from '@/components/use-now';
import { useName } from '@/components/use-name';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { usePresence } from '@/realtime/presence-context';
import css from './conversation-row.module.css';

interface Props {
  conversation: Conversation;
  me: string;
  current: boolean;
  muted: boolean;
  draft: string;
}

const previewLength = 160;

export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, me, current, muted, draft } = props;
  const { user, last_message: last, unread } = conversation;
  const nameOf = useName();
  const times = useTimes();
  const now = useNow();
  const at = new Date(last.timestamp);
  return (
    <PersonRow
      username={user.username}
      name={nameOf(user)}
      picture={user.avatar}
      href={conversationPath(user.username)}
      current={current}
      aside={
        <>
          {muted && <MutedSign />}
          <time dateTime={last.timestamp}>{times.brief(at, now)}</time>
        </>
      }
      detail={<LastLine peer={user.username} last={last} me={me} draft={draft} />}
      badge={unread > 0 && <Badge count={unread} muted={muted} />}
    />
  );
});

interface LastLineProps {
  peer: string;
  last: Conversation['last_message'];
  me: string;
  draft: string;
}

function LastLine({ peer, last, me, draft }: LastLineProps) {
  const t = useText();
  const { typing } = usePresence(peer);
  if (typing) return <span className={css.typing}>{t('conversations.typing')}</span>;
  if (draft) {
    return <Preview template={t('conversations.draft', { text: '\n' })} text={draft} marked />;
  }
  if (last.deleted) return <em>{t('messages.deleted')}</em>;
  const template = last.user === me ? t('conversations.you', { text: '\n' }) : '\n';
  return <Preview template={template} text={last.body} />;
}

/** The text stands isolated in its sentence, so that its script cannot turn the words around. */
function Preview(props: { template: string; text: string; marked?: boolean }) {
  const [before = '', after = ''] = props.template.split('\n');
  const line = props.text.slice(0, previewLength).replace(/\s+/gu, ' ').toWellFormed();
  return (
    <>
      {before && <span className={props.marked ? css.draft : css.you}>{before}</span>}
      <bdi>{line}</bdi>
      {after && <span>{after}</span>}
    </>
  );
}

function MutedSign() {
  const t = useText();
  return (
    <span className={css.muted}>
      <BellIcon crossed size={14} />
      <span className="visually-hidden">{t('alerts.muted')}</span>
    </span>
  );
}

function Badge({ count, muted }: { count: number; muted: boolean }) {
  const t = useText();
  return (
    <span className={css.badge} data-muted={muted}>
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{t('conversations.unread', { count })}</span>
    </span>
  );
}
