import { useEffect, useLayoutEffect, useState } from 'react';
import type { Conversation } from '@/api/types';
import { useAttention } from '@/components/use-attention';
import { useStore } from '@/realtime/store';
import type { TimelineStore } from './timeline-store';

interface Options {
  store: TimelineStore;
  me: string;
  /** What the list of conversations knows; `undefined` while it is still loading. */
  conversation: Conversation | null | undefined;
  /** The message to go to, or `null` for the end. */
  at: number | null;
}

/** Opens a conversation, and keeps its read marks and its "new messages" line. */
export function useTimeline({ store, me, conversation, at }: Options) {
  const timeline = useStore(store);
  const attentive = useAttention();
  // Nothing while the list has not said so: with a "new messages" line it opens there, and not at the end.
  const [atEnd, setAtEnd] = useState<boolean | null>(null);
  const { entered } = timeline;
  const ready = timeline.status === 'ready' && conversation !== undefined;
  const latest = timeline.history.at(-1)?.seq ?? 0;
  const noLine = timeline.divider === null;

  useEffect(() => {
    void (at === null ? store.open() : store.jumpTo(at));
  }, [store, at]);

  useEffect(() => () => store.leave(), [store]);

  // Before the first paint, so that the list opens at the right place.
  useLayoutEffect(() => {
    if (conversation) store.learn(conversation);
    if (ready && !entered) store.dispatch({ type: 'entered', me, unlisted: !conversation });
  }, [store, conversation, ready, entered, me]);

  useEffect(() => {
    if (!entered) return;
    if (!attentive) store.dispatch({ type: 'overlooked', me });
    else if (atEnd ?? noLine) void store.markRead();
  }, [entered, attentive, atEnd, noLine, latest, store, me]);

  return { timeline, setAtEnd };
}
