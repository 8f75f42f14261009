import * as Menu from '@radix-ui/react-dropdown-menu';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { CheckIcon, KeyboardIcon, LogOutIcon, MoreIcon, SettingsIcon } from '@/components/icons';
import { GaugeIcon } from '@/components/section-icons';
import { chooseLanguage, isLanguage, languages } from '@/i18n/languages';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { AccountMenuProps } from './account-menu';
import css from './account-menu.module.css';
import { chooseTheme, theme, themes, type Theme } from './theme';

interface Props extends AccountMenuProps {
  /** Whether the first opening was: then its first item has the focus, as at every later one. */
  byKeyboard: boolean;
}

export default function AccountMenuContent(props: Props) {
  const { name, username, picture, toggles, byKeyboard } = props;
  const { onSettings, onAdmin, onShortcuts, onLogOut } = props;
  const t = useText();
  const { i18n } = useLingui();
  const chosen = useStore(theme);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (byKeyboard) menu.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
  }, [byKeyboard]);
  const dir = isLanguage(i18n.locale) ? languages[i18n.locale].dir : 'ltr';
  return (
    // Not modal: what holds the page still would need styles that the content policy forbids.
    <Menu.Root defaultOpen modal={false} dir={dir}>
      <Menu.Trigger asChild>
        <Button look="icon" aria-label={t('menu.label')}>
          <MoreIcon />
        </Button>
      </Menu.Trigger>
      <Menu.Content ref={menu} className={css.menu} align="end" sideOffset={6} collisionPadding={8}>
        <div className={css.person}>
          <Avatar username={username} name={name} picture={picture} size="s" />
          <span className={css.names}>
            <bdi className={css.name}>{name}</bdi>
            {name !== username && <bdi className={css.username}>@{username}</bdi>}
          </span>
        </div>
        <Menu.Item className={css.item} onSelect={onSettings}>
          <SettingsIcon />
          {t('menu.settings')}
        </Menu.Item>
        {onAdmin && (
          <Menu.Item className={css.item} onSelect={onAdmin}>
            <GaugeIcon size={18} />
            {t('menu.admin')}
          </Menu.Item>
        )}
        <Menu.Separator className={css.line} />
        <Menu.Label className={css.label}>{t('menu.theme')}</Menu.Label>
        <Menu.RadioGroup
          aria-label={t('menu.theme')}
          value={chosen}
          onValueChange={(value) => chooseTheme(value as Theme)}
        >
          {themes.map((one) => (
            <Choice key={one} value={one}>
              {t(`menu.theme.${one}`)}
            </Choice>
          ))}
        </Menu.RadioGroup>
        <Menu.Separator className={css.line} />
        <Menu.Label className={css.label}>{t('menu.language')}</Menu.Label>
        <Menu.RadioGroup
          aria-label={t('menu.language')}
          value={i18n.locale}
          onValueChange={(value) => {
            if (isLanguage(value)) void chooseLanguage(value).catch(() => undefined);
          }}
        >
          {Object.entries(languages).map(([code, language]) => (
            <Choice key={code} value={code}>
              <bdi lang={code}>{language.name}</bdi>
            </Choice>
          ))}
        </Menu.RadioGroup>
        <Menu.Separator className={css.line} />
        {toggles.map(({ label, on, onToggle }) => (
          <Menu.CheckboxItem
            key={label}
            className={css.item}
            checked={on}
            onCheckedChange={onToggle}
            onSelect={(event) => event.preventDefault()}
          >
            <span className={css.check}>
              <Menu.ItemIndicator>
                <CheckIcon />
              </Menu.ItemIndicator>
            </span>
            {label}
          </Menu.CheckboxItem>
        ))}
        <Menu.Separator className={css.line} />
        <Menu.Item className={css.item} onSelect={onShortcuts}>
          <KeyboardIcon />
          {t('menu.shortcuts')}
        </Menu.Item>
        <Menu.Item className={css.item} onSelect={onLogOut}>
          <LogOutIcon />
          {t('menu.logout')}
        </Menu.Item>
      </Menu.Content>
    </Menu.Root>
  );
}

function Choice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem
      className={css.item}
      value={value}
      // Trying another one should not mean opening the menu again.
      onSelect={(event) => event.preventDefault()}
    >
      <span className={css.check}>
        <Menu.ItemIndicator>
          <CheckIcon />
        </Menu.ItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  );
}
