import {
  lazy,
  startTransition,
  Suspense,
  useState,
  type ComponentProps,
  type ReactNode,
} from 'react';
import { Button } from './button';

export interface MenuChoice {
  label: string;
  icon: ReactNode;
  onSelect: () => void;
}

export interface MenuButtonProps extends Omit<ComponentProps<'button'>, 'onSelect'> {
  /** What the menu is about: the button shows a sign only. */
  label: string;
  choices: readonly MenuChoice[];
}

const load = () => import('./menu-content');
const Content = lazy(load);

/** A button that opens a menu. The menu itself arrives when someone reaches for it, so that it costs nothing before. */
export function MenuButton({ label, choices, ...rest }: MenuButtonProps) {
  const [wanted, setWanted] = useState<'no' | 'pointer' | 'keyboard'>('no');
  const prepare = () => void load().catch(() => undefined);
  const button = (
    <Button
      look="icon"
      {...rest}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onClick={({ detail }) =>
        // A click that no pointer made has no count.
        startTransition(() => setWanted(detail === 0 ? 'keyboard' : 'pointer'))
      }
    />
  );
  if (wanted === 'no') return button;
  return (
    <Suspense fallback={button}>
      <Content label={label} choices={choices} byKeyboard={wanted === 'keyboard'} {...rest} />
    </Suspense>
  );
}
