import { useState } from 'react';
import { useText } from '@/i18n/use-text';
import type { Timeline } from './timeline';

interface Props {
  timeline: Timeline;
  me: string;
  name: string;
}

/** Reads arriving messages out, politely, to those who cannot see them come. */
export function Arrivals({ timeline, me, name }: Props) {
  const t = useText();
  const latest = timeline.detached ? undefined : timeline.history.at(-1);
  const [start] = useState(latest?.seq ?? 0);
  const arrived = latest && latest.user !== me && latest.seq > start ? latest : null;
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true">
      {arrived && t('messages.arrived', { author: name, body: arrived.body })}
    </div>
  );
}
