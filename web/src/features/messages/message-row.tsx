import { memo, useEffect, useRef, type ComponentType } from 'react';
import { Button } from '@/components/button';
import { CheckIcon, ChecksIcon, ClockIcon, WarningIcon } from '@/components/icons';
import { useSecondsUntil } from '@/components/use-seconds-until';
import { useText, type TextKey } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { emojiCount } from './emoji';
import { MessageBody } from './message-body';
import css from './message-row.module.css';
import type { Entry, Mark } from './rows';
import type { Outgoing, Spotlight } from './timeline';

/** What can be done about a message of somebody else, beside it. */
export type MessageActions = ComponentType<{ id: number; body: string; entrance: boolean }>;

interface Props {
  entry: Entry;
  /** What to call the author; oneself is "You". */
  author: string;
  first: boolean;
  last: boolean;
  /** Set when this is the message that was jumped to. */
  spotlight?: Spotlight | null;
  /** Always the same component, so that rows are not drawn again. */
  actions?: MessageActions | undefined;
  /** Whether the Tab key leads to the actions of this one. */
  entrance?: boolean;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

/** Which jumps have had the focus: a row that scrolls back into the page does not take it again. */
const looked = new WeakSet<Spotlight>();

/** One message: who, what, and when, in this order for those who listen. */
export const MessageRow = memo(function MessageRow(props: Props) {
  const { entry, author, first, last, spotlight = null, onRetry, onDiscard } = props;
  const { actions: Actions, entrance = false } = props;
  const t = useText();
  const times = useTimes();
  const { outgoing } = entry;
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!spotlight || looked.has(spotlight)) return;
    // The list shows a row only once it is measured, and what is not shown takes no focus.
    let frame = 0;
    const { activeElement: before, body } = document;
    const take = () => {
      // Who has gone somewhere else meanwhile stays there.
      if (![before, body].includes(document.activeElement)) {
        looked.add(spotlight);
        return;
      }
      row.current?.focus({ preventScroll: true });
      if (document.activeElement === row.current) looked.add(spotlight);
      else frame = requestAnimationFrame(take);
    };
    take();
    return () => cancelAnimationFrame(frame);
  }, [spotlight]);
  return (
    <article
      ref={row}
      tabIndex={spotlight ? -1 : undefined}
      data-spotlit={spotlight !== null}
      className={css.row}
      data-mine={entry.mine}
      data-first={first}
      data-last={last}
      data-mark={entry.mark}
      data-emoji={emojiCount(entry.body) > 0}
    >
      <div className={css.line}>
        <div className={css.bubble}>
          <span className="visually-hidden">
            {t('messages.says', { author: entry.mine ? t('messages.you') : author })}
          </span>
          {entry.deleted ? (
            <em className={css.deleted}>{t('messages.deleted')}</em>
          ) : (
            <MessageBody body={entry.body} />
          )}
          <span className={css.meta}>
            <time dateTime={entry.at.toISOString()} title={times.full(entry.at)}>
              {times.clock(entry.at)}
            </time>
            {entry.mark && <MarkSign mark={entry.mark} />}
          </span>
        </div>
        {Actions && entry.id !== null && !entry.mine && !entry.deleted && (
          <Actions id={entry.id} body={entry.body} entrance={entrance} />
        )}
      </div>
      {outgoing?.problem && <Trouble outgoing={outgoing} onRetry={onRetry} onDiscard={onDiscard} />}
    </article>
  );
});

const signs: Record<Mark, () => React.ReactElement> = {
  waiting: () => <ClockIcon />,
  sending: () => <ClockIcon />,
  sent: () => <CheckIcon />,
  delivered: () => <ChecksIcon size={18} />,
  read: () => <ChecksIcon size={18} bold />,
  failed: () => <WarningIcon />,
};

function MarkSign({ mark }: { mark: Mark }) {
  const t = useText();
  const Sign = signs[mark];
  return (
    <span className={css.mark} data-mark={mark} title={t(`mark.${mark}`)}>
      <Sign />
      <span className="visually-hidden">{t(`mark.${mark}`)}</span>
    </span>
  );
}

interface TroubleProps {
  outgoing: Outgoing;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

function Trouble({ outgoing, onRetry, onDiscard }: TroubleProps) {
  const t = useText();
  const { clientId, state, problem } = outgoing;
  const failed = state === 'failed';
  const seconds = useSecondsUntil(failed ? null : (problem?.retryAt ?? null));
  if (!problem) return null;
  const key: TextKey = `send.problem.${problem.kind}`;
  const words = failed && problem.detail ? problem.detail : t(key);
  return (
    <div className={css.trouble} data-failed={failed} role={failed ? 'alert' : 'status'}>
      {problem.kind === 'throttled' && seconds > 0 ? (
        <>
          {/* The countdown is for the eye; read out, it would never be silent. */}
          <span className="visually-hidden">{words}</span>
          <span aria-hidden="true">{t('send.problem.throttledIn', { seconds })}</span>
        </>
      ) : (
        <span>{words}</span>
      )}
      <span className={css.choices}>
        <Button look="text" onClick={() => onRetry(clientId)}>
          {t('send.retry')}
        </Button>
        <Button look="text" onClick={() => onDiscard(clientId)}>
          {t('send.discard')}
        </Button>
      </span>
    </div>
  );
}
