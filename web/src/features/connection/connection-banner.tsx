import { useEffect, useState } from 'react';
import { Button } from '@/components/button';
import { Spinner } from '@/components/spinner';
import { useSecondsUntil } from '@/components/use-seconds-until';
import { useText, type Translate } from '@/i18n/use-text';
import type { ConnectionState } from '@/realtime/connection-state';
import css from './connection-banner.module.css';

interface Props {
  state: ConnectionState;
  onRetry: () => void;
}

/** A hiccup shorter than this is nobody's concern. */
const patience = 1_200;

/** Says what is wrong with the connection, and what happens next. */
export function ConnectionBanner({ state, onRetry }: Props) {
  const t = useText();
  const troubled = state.status !== 'online' && state.status !== 'ended';
  // A device without network has been doubted for a while already.
  const visible = useLasting(troubled, state.status === 'offline' ? 0 : patience);
  const retryAt = state.status === 'reconnecting' ? state.retryAt : null;
  const seconds = useSecondsUntil(visible ? retryAt : null);
  const shown = troubled && visible;
  return (
    <div className={css.place} data-shown={shown}>
      {shown && (
        <div className={css.banner} data-status={state.status}>
          {state.status !== 'offline' && <Spinner />}
          {/* The countdown is for the eye; read out, it would never be silent. */}
          <span role="status" className="visually-hidden">
            {words(t, state, 0)}
          </span>
          <span aria-hidden="true">{words(t, state, seconds)}</span>
          {(retryAt !== null || state.status === 'offline') && (
            <Button look="text" onClick={onRetry}>
              {t('connection.retry')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function words(t: Translate, state: ConnectionState, seconds: number): string {
  if (state.status === 'offline') return t('connection.offline');
  if (state.status === 'connecting') return t('connection.connecting');
  return seconds > 0 ? t('connection.reconnectingIn', { seconds }) : t('connection.reconnecting');
}

/** `true` once `value` has been so for a while; `false` at once. */
function useLasting(value: boolean, milliseconds: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasting(value), value ? milliseconds : 0);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return value && lasting;
}
