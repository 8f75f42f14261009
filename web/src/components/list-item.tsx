import type { CustomItemComponentProps } from 'virtua';

/** What a virtualised list puts around each of its rows. */
export function ListItem({ ref, style, children }: CustomItemComponentProps) {
  return (
    <div ref={ref} role="listitem" style={style}>
      {children}
    </div>
  );
}
