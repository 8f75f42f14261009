import { useCallback, useEffect, useMemo, type ReactNode } from 'react';
import type { Conversation } from '@/api/types';
import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { Spinner } from '@/components/spinner';
import { useMedia } from '@/components/use-media';
import { useText } from '@/i18n/use-text';
import { systemClock } from '@/realtime/clock';
import { Arrivals } from './arrivals';
import { Composer } from './composer';
import css from './conversation-pane.module.css';
import type { Drafts } from './drafts';
import { MessageList } from './message-list';
import type { MessageActions } from './message-row';
import type { Outbox } from './outbox';
import type { TimelineStore } from './timeline-store';
import { TypingNotice } from './typing-notice';
import { useTimeline } from './use-timeline';

interface Props {
  store: TimelineStore;
  outbox: Outbox;
  drafts: Drafts;
  me: string;
  name: string;
  limit: number;
  conversation: Conversation | null | undefined;
  /** What stands in the place of messages that are not there yet. */
  greeting: ReactNode;
  /** What stands above the very first message. */
  beginning: ReactNode;
  /** What can be done about the other person's messages. */
  actions?: MessageActions | undefined;
  /** What stands in the composer's place while nothing can be written. */
  closed?: ReactNode;
  onTyping: (typing: boolean) => void;
  /** The message to go to, or `null` for the end. */
  at: number | null;
  /** The end is shown again. */
  onReturned: () => void;
}

/** The messages with one person, and the place to write the next. Mounted once for each. */
export function ConversationPane(props: Props) {
  const { store, outbox, drafts, me, name, limit, conversation, at, onTyping, onReturned } = props;
  const t = useText();
  const { peer } = store;
  const { timeline, setAtEnd } = useTimeline({ store, me, conversation, at });
  const typing = useMemo(() => new TypingNotice(onTyping, systemClock), [onTyping]);
  const roomy = useMedia('(width >= 45rem) and (hover: hover)');
  useEffect(() => () => typing.stop(), [typing]);

  // Stable, so that a row is drawn again only when its message has changed.
  const retry = useCallback((id: string) => outbox.retry(peer, id), [outbox, peer]);
  const discard = useCallback((id: string) => outbox.discard(peer, id), [outbox, peer]);

  const toEnd = () => {
    void store.returnToEnd();
    onReturned();
  };
  const empty = timeline.history.length === 0 && timeline.pending.length === 0;
  return (
    <div className={css.pane}>
      {timeline.status === 'failed' && empty ? (
        <Notice title={t('messages.failed')} urgent>
          <Button look="quiet" onClick={() => void store.open()}>
            {t('action.retry')}
          </Button>
        </Notice>
      ) : !timeline.entered && !timeline.pending.length ? (
        <div className={css.loading} role="status">
          <Spinner />
          <span className="visually-hidden">{t('app.loading')}</span>
        </div>
      ) : empty ? (
        <div className={css.empty}>{props.greeting}</div>
      ) : (
        <MessageList
          timeline={timeline}
          me={me}
          name={name}
          beginning={props.beginning}
          onOlder={() => void store.loadOlder()}
          onNewer={() => void store.loadNewer()}
          onReturn={toEnd}
          actions={props.actions}
          onRetry={retry}
          onDiscard={discard}
          onAtEnd={setAtEnd}
        />
      )}
      {timeline.entered && <Arrivals timeline={timeline} me={me} name={name} />}
      {props.closed ?? (
        <Composer
          name={name}
          limit={limit}
          initialText={drafts.get(peer)}
          focusAtOnce={roomy && at === null}
          onChange={(text) => {
            drafts.set(peer, text);
            typing.typed(text);
          }}
          onSend={(body) => {
            outbox.send(peer, body);
            if (timeline.detached) toEnd();
          }}
        />
      )}
    </div>
  );
}
