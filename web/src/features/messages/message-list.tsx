import { useMemo, useRef, type ReactNode } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Button } from '@/components/button';
import { DownIcon } from '@/components/icons';
import { Spinner } from '@/components/spinner';
import { useNow } from '@/components/use-now';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { ListItem } from '@/components/list-item';
import css from './message-list.module.css';
import { MessageRow, type MessageActions } from './message-row';
import { rowsOf, type Row } from './rows';
import type { Timeline } from './timeline';
import { useScroll } from './use-scroll';

interface Props {
  timeline: Timeline;
  me: string;
  name: string;
  /** What stands above the very first message. */
  beginning: ReactNode;
  onOlder: () => void;
  onNewer: () => void;
  /** From the middle back to the latest message. */
  onReturn: () => void;
  actions?: MessageActions | undefined;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  /** Whether the latest message is in sight. */
  onAtEnd: (atEnd: boolean) => void;
}

export function MessageList(props: Props) {
  const { timeline, me, name, beginning, onOlder, onNewer, onReturn, onRetry, onDiscard, onAtEnd } =
    props;
  const { detached, spotlight } = timeline;
  const t = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const rows = useMemo(() => rowsOf(timeline, me), [timeline, me]);
  const scroll = useScroll({
    rows,
    listRef: list,
    scrollerRef: scroller,
    detached,
    spotlight,
    onOlder,
    onNewer,
    onReturn,
    onAtEnd,
  });
  const unseen = unseenIn(timeline, me);
  const entrance = rows.findLast((row) => row.kind === 'message' && !row.entry.mine)?.key;

  const show = (row: Row) => {
    switch (row.kind) {
      case 'start':
        return <div key={row.key}>{beginning}</div>;
      case 'day':
        return <DayLine key={row.key} date={row.date} />;
      case 'new':
        return <NewLine key={row.key} />;
      case 'message':
        return (
          <MessageRow
            key={row.key}
            entry={row.entry}
            author={name}
            first={row.first}
            last={row.last}
            spotlight={spotlight?.seq === row.entry.seq ? spotlight : null}
            actions={props.actions}
            entrance={row.key === entrance}
            onRetry={onRetry}
            onDiscard={onDiscard}
          />
        );
    }
  };

  return (
    <div className={css.frame}>
      <Above timeline={timeline} day={scroll.atEnd ? null : scroll.day} onRetry={onOlder} />
      <div
        ref={scroller}
        className={css.scroller}
        role="region"
        aria-label={t('messages.label')}
        // It is scrolled with the keyboard, too.
        // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div className={css.spacer} />
        <div role="list">
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            data={rows}
            shift={scroll.shift}
            item={ListItem}
            onScroll={scroll.onScroll}
          >
            {show}
          </Virtualizer>
        </div>
      </div>
      <Below newer={timeline.newer} onRetry={onNewer} />
      {(detached || !scroll.atEnd) && (
        <Button
          look="icon"
          className={css.jump}
          aria-label={unseen > 0 ? t('messages.jumpNew', { count: unseen }) : t('messages.jump')}
          onClick={scroll.jumpToEnd}
        >
          <DownIcon />
          {unseen > 0 && <span className={css.count}>{unseen > 99 ? '99+' : unseen}</span>}
        </Button>
      )}
    </div>
  );
}

/** How many of the other person's messages are not read yet; they are the last ones. */
function unseenIn({ history, live, detached, readSeq }: Timeline, me: string): number {
  const here = detached ? [...history, ...live] : history;
  const first = here.findLastIndex(({ seq }) => seq <= readSeq) + 1;
  return here.slice(first).filter(({ user }) => user !== me).length;
}

function DayLine({ date }: { date: Date }) {
  const times = useTimes();
  const now = useNow();
  return (
    <div className={css.day}>
      <span className={css.pill}>{times.dayName(date, now)}</span>
    </div>
  );
}

function NewLine() {
  const t = useText();
  return (
    <div className={css.new}>
      <span>{t('messages.new')}</span>
    </div>
  );
}

/** Floats over the top of the list and takes no room, so that nothing moves. */
function Above(props: { timeline: Timeline; day: Date | null; onRetry: () => void }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const { older } = props.timeline;
  return (
    <div className={css.above}>
      {older === 'loading' && (
        <span className={css.pill} role="status">
          <Spinner />
          {t('messages.older.loading')}
        </span>
      )}
      {older === 'failed' && (
        <span className={css.pill} role="alert">
          {t('messages.older.failed')}
          <Button look="text" onClick={props.onRetry}>
            {t('action.retry')}
          </Button>
        </span>
      )}
      {older === 'idle' && props.day && (
        <span className={css.pill} aria-hidden="true">
          {times.dayName(props.day, now)}
        </span>
      )}
    </div>
  );
}

/** The same at the lower end, for who reads on from the middle. */
function Below({ newer, onRetry }: { newer: Timeline['newer']; onRetry: () => void }) {
  const t = useText();
  if (newer === 'idle') return null;
  return (
    <div className={css.below}>
      {newer === 'loading' ? (
        <span className={css.pill} role="status">
          <Spinner />
          {t('messages.newer.loading')}
        </span>
      ) : (
        <span className={css.pill} role="alert">
          {t('messages.newer.failed')}
          <Button look="text" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        </span>
      )}
    </div>
  );
}
