import {
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type RefObject,
} from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Entry, Row } from './rows';
import type { Spotlight } from './timeline';

interface Scrolling {
  atEnd: boolean;
  /** Rows were put before the first one: keep what is seen where it is. */
  shift: boolean;
  /** The day of the topmost row in sight. */
  day: Date | null;
  onScroll: (offset: number) => void;
  jumpToEnd: () => void;
}

/** This close to the end counts as reading the latest. */
const atEndWithin = 48;
const olderWithin = 600;

interface Options {
  rows: readonly Row[];
  listRef: RefObject<VirtualizerHandle | null>;
  scrollerRef: RefObject<HTMLElement | null>;
  /** The last row is not the end of the conversation. */
  detached: boolean;
  spotlight: Spotlight | null;
  onOlder: () => void;
  onNewer: () => void;
  /** From the middle back to the end. */
  onReturn: () => void;
  onAtEnd: (atEnd: boolean) => void;
}

/** Where the list stands: it follows the end, unless someone is reading further up. */
export function useScroll(options: Options): Scrolling {
  const { rows, listRef, scrollerRef, detached, spotlight } = options;
  const { onOlder, onNewer, onReturn, onAtEnd } = options;
  const [atEnd, setAtEnd] = useState(true);
  const [top, setTop] = useState<Entry | null>(null);
  const following = useRef(true);
  const lastOffset = useRef(0);
  const shift = usePrepended(rows);

  const scrollToEnd = () => {
    listRef.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  };
  const returning = useRef(false);
  const jumpToEnd = () => {
    if (!detached) {
      scrollToEnd();
      return;
    }
    returning.current = true;
    onReturn();
  };
  const follow = useEffectEvent(() => {
    if (following.current && !detached) scrollToEnd();
  });

  // What is new comes into sight if the end was, or if one has just written it.
  const newest = rows.at(-1);
  const newestKey = newest?.key;
  const wrote = newest?.kind === 'message' && newest.entry.outgoing !== null;
  useLayoutEffect(() => {
    if (wrote) following.current = true;
    follow();
  }, [newestKey, wrote]);

  useLayoutEffect(() => {
    if (detached || !returning.current) return;
    returning.current = false;
    following.current = true;
    follow();
  }, [detached]);

  const goTo = useEffectEvent(({ seq }: Spotlight) => {
    following.current = false;
    listRef.current?.scrollToIndex(rowAt(rows, seq), { align: 'center' });
  });
  useLayoutEffect(() => {
    if (spotlight) goTo(spotlight);
  }, [spotlight]);

  // The first time there is something to show: at the "new messages" line, if there is one.
  const line = rows.findIndex((row) => row.kind === 'new');
  const lineIsFirst = line >= 0 && !rows.slice(0, line).some((row) => row.kind === 'message');
  const older = useEffectEvent(onOlder);
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (opened.current || rows.length === 0) return;
    opened.current = true;
    if (line < 0 || spotlight) return;
    following.current = false;
    listRef.current?.scrollToIndex(line, { align: 'start', offset: -48 });
    // With nothing above the line there would be nowhere to scroll to, and so no asking for more.
    if (lineIsFirst) older();
  }, [rows.length, line, lineIsFirst, listRef, spotlight]);
  // Effects that React runs once more, as it does while developing, find the list at its start again.
  useLayoutEffect(
    () => () => {
      opened.current = false;
    },
    [],
  );

  const look = (list: VirtualizerHandle) => {
    const entry = entryAt(rows, list.findItemIndex(list.scrollOffset));
    setTop((shown) => (shown?.day === entry?.day ? shown : entry));
  };

  // A growing composer or a keyboard on the screen must not hide the end.
  const onResize = useEffectEvent(() => {
    follow();
    const list = listRef.current;
    // What was put above the first row may be at the top now, without anybody having scrolled.
    if (list) look(list);
    if (!list || list.scrollSize > list.viewportSize + 1) return;
    // There is nowhere to scroll to, so no scrolling will say it.
    onAtEnd(!detached);
    onOlder();
    if (detached) onNewer();
  });
  useEffect(() => {
    const element = scrollerRef.current;
    if (!element) return;
    const observer = new ResizeObserver(() => onResize());
    observer.observe(element);
    // Rows that turn out higher than they were thought to be move the end away.
    const list = element.querySelector('[role="list"]');
    if (list) observer.observe(list);
    return () => observer.disconnect();
  }, [scrollerRef]);

  const onScroll = (offset: number) => {
    const handle = listRef.current;
    if (!handle) return;
    const below = handle.scrollSize - handle.viewportSize - offset;
    const end = !detached && below <= atEndWithin;
    // The end went away by itself, as when the window gets narrower: nobody has scrolled up.
    if (!end && following.current && !detached && offset >= lastOffset.current) {
      lastOffset.current = offset;
      scrollToEnd();
      return;
    }
    following.current = end;
    setAtEnd(end);
    onAtEnd(end);
    look(handle);
    if (offset < lastOffset.current && offset < olderWithin) onOlder();
    if (detached && below < olderWithin) onNewer();
    lastOffset.current = offset;
  };

  return { atEnd, shift, day: top?.at ?? null, onScroll, jumpToEnd };
}

function usePrepended(rows: readonly Row[]): boolean {
  const first = firstMessage(rows);
  const [known, setKnown] = useState({ rows, first, shift: false });
  if (known.rows !== rows) {
    // Other rows altogether, as after a jump, have no place to keep.
    const shift = known.first !== first && rows.some((row) => row.key === known.first);
    setKnown({ rows, first, shift });
    return shift;
  }
  return known.shift;
}

function firstMessage(rows: readonly Row[]): string | undefined {
  return rows.find((row) => row.kind === 'message')?.key;
}

/** The row of the message at `seq`, or of the one before it. */
function rowAt(rows: readonly Row[], seq: number): number {
  return Math.max(
    0,
    rows.findLastIndex((row) => row.kind === 'message' && (row.entry.seq ?? Infinity) <= seq),
  );
}

/** The message at the top, unless the line of its day can be seen there. */
function entryAt(rows: readonly Row[], index: number): Entry | null {
  const row = rows[index];
  return row?.kind === 'message' ? row.entry : null;
}
