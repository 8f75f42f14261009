import { useRef, type ReactElement, type ReactNode } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import css from './endless-list.module.css';
import { ListItem } from './list-item';
import { useHeight } from './use-height';

interface Props<T> {
  label: string;
  items: readonly T[];
  children: (item: T) => ReactElement;
  /** Asked for when the end comes near. */
  onEnd: () => void;
  header?: ReactNode;
  footer?: ReactNode;
}

const near = 800;

/** A list of any length: what is out of sight is not in the page. */
export function EndlessList<T>({ label, items, children, onEnd, header, footer }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  // The list has to know where in its scroller it begins.
  const [above, headerHeight] = useHeight();
  const check = () => {
    const list = handle.current;
    if (list && list.scrollSize - list.scrollOffset - list.viewportSize < near) onEnd();
  };
  return (
    <div ref={scroller} className={css.scroller}>
      {header && <div ref={above}>{header}</div>}
      <div role="list" aria-label={label}>
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          startMargin={headerHeight}
          data={items}
          item={ListItem}
          onScroll={check}
          onResize={check}
        >
          {children}
        </Virtualizer>
      </div>
      {footer}
    </div>
  );
}
