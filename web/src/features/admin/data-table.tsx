import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, type CSSProperties, type ReactNode } from 'react';
import { Virtualizer, type CustomItemComponentProps, type VirtualizerHandle } from 'virtua';
import { useHeight } from '@/components/use-height';
import type { ApiProblem } from '@/api/problem';
import css from './data-table.module.css';
import { ListEnd } from './list-end';
import type { ListPage } from './types';

export interface Column<T> {
  title: string;
  /** As a track of a CSS grid. */
  width: string;
  cell: (row: T) => ReactNode;
  /** `main` is the row's name, `number` stands at the end of its column. */
  look?: 'main' | 'number';
}

export interface ListProps<T> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<ListPage<T>>>;
  keyOf: (row: T) => string | number;
  /** What to say when there is nothing. */
  none: string;
  /** Better words than the usual ones for a problem, where there are any. */
  words?: (problem: ApiProblem) => string | undefined;
}

interface Props<T> extends ListProps<T> {
  columns: readonly Column<T>[];
}

const near = 800;

/**
 * A table of any length: more comes when its end comes near, and what is out of sight is not in the page. Where there
 * is no room for columns, each row is a card.
 */
export function DataTable<T>({ label, columns, query, keyOf, none, words }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const [head, headHeight] = useHeight();
  const rows = query.data?.pages.flatMap((page) => page.results) ?? [];
  const check = () => {
    const list = handle.current;
    if (!list || list.scrollSize - list.scrollOffset - list.viewportSize >= near) return;
    // What failed is asked for again by the button that says so.
    const may = query.hasNextPage && !query.isFetching && !query.isFetchNextPageError;
    if (may) void query.fetchNextPage();
  };
  // What does not fill the screen is never scrolled.
  const arrived = useEffectEvent(() => {
    if (query.data?.pages.at(-1)?.results.length) check();
  });
  useEffect(() => arrived(), [query.data]);
  const tracks = { '--tracks': columns.map(({ width }) => width).join(' ') } as CSSProperties;
  return (
    <div
      ref={scroller}
      className={css.scroller}
      role="region"
      aria-label={label}
      // It is scrolled with the keyboard, too.
      // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
      tabIndex={0}
    >
      <div role="table" aria-label={label} aria-rowcount={-1} style={tracks}>
        <div ref={head} role="rowgroup" className={css.head}>
          <div role="row" className={css.row}>
            {columns.map(({ title, look }) => (
              <span key={title} role="columnheader" data-look={look}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup">
          <Virtualizer
            ref={handle}
            scrollRef={scroller}
            startMargin={headHeight}
            data={rows}
            item={TableRow}
            onScroll={check}
            onResize={check}
          >
            {(row) => (
              <div key={keyOf(row)} className={css.row}>
                {columns.map((column) => (
                  <Cell key={column.title} {...column} row={row} />
                ))}
              </div>
            )}
          </Virtualizer>
        </div>
      </div>
      <ListEnd query={query} empty={rows.length === 0} none={none} words={words} />
    </div>
  );
}

function Cell<T>({ title, cell, look, row }: Column<T> & { row: T }) {
  return (
    <div role="cell" className={css.cell} data-look={look}>
      <span className={css.label} aria-hidden="true">
        {title}
      </span>
      <div className={css.value}>{cell(row)}</div>
    </div>
  );
}

/** What the virtualised list puts around each row. */
function TableRow({ ref, style, children }: CustomItemComponentProps) {
  return (
    <div ref={ref} role="row" style={style}>
      {children}
    </div>
  );
}
