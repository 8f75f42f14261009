import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '@/api/api-context';
import type { AppSession } from '@/app/app-session';
import type { ChatEngine } from '@/app/chat-engine';
import { Sidebar } from '@/app/sidebar';
import { Talk } from '@/app/talk';
import { useChatKeys } from '@/app/use-chat-keys';
import { useDocumentTitle } from '@/app/use-document-title';
import { Logo } from '@/components/logo';
import { nameOf } from '@/components/names';
import { Notice } from '@/components/notice';
import { ConnectionBanner } from '@/features/connection/connection-banner';
import { inboxQuery } from '@/features/conversations/api';
import { conversationsOf, findConversation, unreadIn } from '@/features/conversations/inbox';
import { AskForAlerts } from '@/features/notifications/ask';
import { showBadge } from '@/features/notifications/badge';
import { OutdatedNotice } from '@/features/offline/outdated-notice';
import { ShortcutSheet } from '@/features/preferences/shortcut-sheet';
import { useText } from '@/i18n/use-text';
import { PresenceContext } from '@/realtime/presence-context';
import { useStore } from '@/realtime/store';
import css from './chat.module.css';

interface Props {
  session: AppSession;
  engine: ChatEngine;
  /** With whom, or `null` when nobody is chosen. */
  peer: string | null;
}

export default function ChatRoute({ session, engine, peer }: Props) {
  const t = useText();
  const inbox = useInfiniteQuery(inboxQuery(useApi()));
  const connection = useStore(engine.socket.state);
  const [help, setHelp] = useState(false);
  const conversation = peer === null ? undefined : findConversation(inbox.data, peer);
  const names = inbox.data ? conversationsOf(inbox.data).map(({ user }) => user.username) : [];
  const searchField = useChatKeys(peer, names, () => setHelp(true));
  const muted = useStore(engine.news.muted.peers);
  const unread = unreadIn(inbox.data, muted);
  useDocumentTitle(unread, conversation ? nameOf(conversation.user) : peer);

  useEffect(() => showBadge(unread), [unread]);

  return (
    <PresenceContext value={engine.presence}>
      <div className={css.app} data-view={peer === null ? 'list' : 'talk'}>
        <ConnectionBanner state={connection} onRetry={() => engine.socket.retryNow()} />
        <OutdatedNotice upgrade={engine.upgrade} />
        <AskForAlerts alerts={engine.news.alerts} />
        <main className={css.panes}>
          <h1 className="visually-hidden">{t('app.name')}</h1>
          <Sidebar
            className={css.sidebar}
            session={session}
            engine={engine}
            inbox={inbox}
            selected={peer}
            searchField={searchField}
            onShortcuts={() => setHelp(true)}
          />
          <div className={css.pane}>
            {peer === null ? (
              <Notice title={t('conversation.choose.title')} picture={<Logo size={72} />}>
                <p>{t('conversation.choose.body')}</p>
              </Notice>
            ) : (
              <Talk
                key={peer}
                engine={engine}
                peer={peer}
                conversation={inbox.isPending ? undefined : (conversation ?? null)}
              />
            )}
          </div>
        </main>
      </div>
      {help && <ShortcutSheet onClose={() => setHelp(false)} />}
    </PresenceContext>
  );
}
