import * as Menu from '@radix-ui/react-dropdown-menu';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import { isLanguage, languages } from '@/i18n/languages';
import { Button } from './button';
import type { MenuButtonProps } from './menu-button';
import css from './menu.module.css';

interface Props extends MenuButtonProps {
  /** Whether the first opening was: then its first item has the focus, as at every later one. */
  byKeyboard: boolean;
}

export default function MenuContent({ label, choices, byKeyboard, ...rest }: Props) {
  const { i18n } = useLingui();
  // It comes into its portal only after this has been drawn.
  const [menu, setMenu] = useState<HTMLDivElement | null>(null);
  const focusFirst = useRef(byKeyboard);
  useEffect(() => {
    if (!menu || !focusFirst.current) return;
    focusFirst.current = false;
    menu.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  }, [menu]);
  const dir = isLanguage(i18n.locale) ? languages[i18n.locale].dir : 'ltr';
  return (
    // Not modal: what holds the page still would need styles that the content policy forbids.
    <Menu.Root defaultOpen modal={false} dir={dir}>
      <Menu.Trigger asChild>
        <Button look="icon" {...rest} aria-label={label} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          ref={setMenu}
          className={css.menu}
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          {choices.map(({ label: words, icon, onSelect }) => (
            <Menu.Item key={words} className={css.item} onSelect={onSelect}>
              {icon}
              {words}
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
