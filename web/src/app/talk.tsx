import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useApi } from '@/api/api-context';
import { personQuery } from '@/api/person';
import { ApiProblem } from '@/api/problem';
import type { Conversation } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { BackIcon } from '@/components/icons';
import { conversationPath, placeIn } from '@/components/paths';
import { Notice } from '@/components/notice';
import { BlockedNotice } from '@/features/block/blocked-notice';
import { MessageMenu } from '@/features/block/message-menu';
import { PersonMenu } from '@/features/block/person-menu';
import { Reporting } from '@/features/block/reporting';
import { ConversationPane } from '@/features/messages/conversation-pane';
import { MuteButton } from '@/features/notifications/mute-button';
import { useNow } from '@/components/use-now';
import { useName } from '@/components/use-name';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { useLastSeen, usePresence } from '@/realtime/presence-context';
import type { ChatEngine } from './chat-engine';
import { useBlock } from './use-block';
import { useMe } from './use-me';
import css from './talk.module.css';

interface Props {
  engine: ChatEngine;
  peer: string;
  conversation: Conversation | null | undefined;
}

/** The right-hand side: who it is, and what was said. */
export function Talk({ engine, peer, conversation }: Props) {
  const t = useText();
  const nameOf = useName();
  const self = peer === engine.me.username;
  const at = placeIn(useSearch());
  const [, navigate] = useLocation();
  const person = useQuery({ ...personQuery(useApi(), peer), enabled: !self });
  const me = useMe(engine);
  const setBlocked = useBlock(engine);
  const blocked = conversation?.blocked ?? false;
  const onBlock = (wanted: boolean) => setBlocked(peer, wanted);
  const known = self ? me : (person.data ?? conversation?.user);
  const name = known ? nameOf(known) : peer;
  const onTyping = useCallback((typing: boolean) => engine.typing(peer, typing), [engine, peer]);

  useEffect(() => {
    if (person.data) engine.presence.meet([person.data]);
  }, [engine, person.data]);

  const closed =
    !self && (person.data ?? conversation?.user)?.deleted ? (
      <p className={css.gone}>{t('conversation.deleted')}</p>
    ) : blocked ? (
      <BlockedNotice name={name} onBlock={onBlock} />
    ) : undefined;
  const missing = person.error instanceof ApiProblem && person.error.kind === 'missing';
  return (
    <section className={css.talk} aria-label={t('conversation.label', { name })}>
      <header className={css.header}>
        <Link href="/" className={css.back} aria-label={t('action.back')}>
          <BackIcon />
        </Link>
        {!missing && <Avatar username={peer} name={name} picture={known?.avatar} />}
        <div className={css.who}>
          <h2 className={css.name}>
            <bdi>{name}</bdi>
          </h2>
          {!missing && <Status peer={peer} self={self} />}
        </div>
        {!missing && !self && <MuteButton muted={engine.news.muted} peer={peer} />}
        {!missing && !self && <PersonMenu name={name} blocked={blocked} onBlock={onBlock} />}
      </header>
      {missing && !conversation ? (
        <Notice title={t('conversation.unknown', { name: peer })}>
          <Link href="/">{t('action.back')}</Link>
        </Notice>
      ) : (
        <Reporting>
          <ConversationPane
            store={engine.timeline(peer)}
            outbox={engine.outbox}
            drafts={engine.drafts}
            me={engine.me.username}
            name={name}
            limit={engine.me.settings.message_max_length}
            conversation={conversation}
            greeting={
              <Beginning peer={peer} name={name} picture={known?.avatar} self={self} empty />
            }
            beginning={<Beginning peer={peer} name={name} picture={known?.avatar} self={self} />}
            actions={self ? undefined : MessageMenu}
            closed={closed}
            onTyping={onTyping}
            at={at}
            onReturned={() => {
              if (at !== null) navigate(conversationPath(peer), { replace: true });
            }}
          />
        </Reporting>
      )}
    </section>
  );
}

function Status({ peer, self }: { peer: string; self: boolean }) {
  const t = useText();
  const { online, typing } = usePresence(peer);
  if (self) return <p className={css.status}>{t('conversations.self')}</p>;
  return (
    <p className={css.status} data-lively={typing || online}>
      {typing ? (
        <>
          <span className={css.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t('presence.typing')}
        </>
      ) : (
        <Whereabouts peer={peer} online={online} />
      )}
    </p>
  );
}

function Whereabouts({ peer, online }: { peer: string; online: boolean }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const lastSeen = useLastSeen(peer);
  if (online) return t('presence.online');
  if (!lastSeen) return t('presence.offline');
  return (
    <time dateTime={lastSeen.toISOString()} title={times.full(lastSeen)}>
      {t('presence.lastSeen', { when: times.ago(lastSeen, now) })}
    </time>
  );
}

interface BeginningProps {
  peer: string;
  name: string;
  picture: string | null | undefined;
  self: boolean;
  empty?: boolean;
}

/** What stands above the first message, or in its place. */
function Beginning({ peer, name, picture, self, empty = false }: BeginningProps) {
  const t = useText();
  const title = self
    ? t('conversation.self.title')
    : t(empty ? 'conversation.empty.title' : 'conversation.start.title', { name });
  return (
    <Notice
      title={title}
      picture={<Avatar username={peer} name={name} picture={picture} size="l" />}
    >
      {empty && !self && <p>{t('conversation.empty.body')}</p>}
    </Notice>
  );
}
