import { lazy, startTransition, Suspense, useState } from 'react';
import { Button } from '@/components/button';
import { MoreIcon } from '@/components/icons';
import { useText } from '@/i18n/use-text';

/** Something that is on or off. */
export interface Toggle {
  label: string;
  on: boolean;
  onToggle: () => void;
}

export interface AccountMenuProps {
  name: string;
  username: string;
  picture: string | null | undefined;
  toggles: readonly Toggle[];
  onSettings: () => void;
  /** For who may administer. */
  onAdmin: (() => void) | undefined;
  onShortcuts: () => void;
  onLogOut: () => void;
}

const load = () => import('./account-menu-content');
const Content = lazy(load);

/**
 * The button that opens the menu. The menu itself arrives when someone reaches
 * for it, so that it costs nothing before.
 */
export function AccountMenu(props: AccountMenuProps) {
  const t = useText();
  const [wanted, setWanted] = useState<'no' | 'pointer' | 'keyboard'>('no');
  const prepare = () => void load().catch(() => undefined);
  const button = (
    <Button
      look="icon"
      aria-label={t('menu.label')}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={({ detail }) =>
        // A click that no pointer made has no count.
        startTransition(() => setWanted(detail === 0 ? 'keyboard' : 'pointer'))
      }
    >
      <MoreIcon />
    </Button>
  );
  if (wanted === 'no') return button;
  return (
    <Suspense fallback={button}>
      <Content {...props} byKeyboard={wanted === 'keyboard'} />
    </Suspense>
  );
}
