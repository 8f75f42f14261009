import type { Alerts } from '@/features/notifications/alerts';
import type { Toggle } from '@/features/preferences/account-menu';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';

/** How this device tells of news, as choices for the menu; what the browser forbids is not offered. */
export function useAlertToggles(alerts: Alerts): Toggle[] {
  const t = useText();
  const permission = useStore(alerts.permission);
  const wanted = useStore(alerts.desktop);
  const sound = useStore(alerts.sound);
  const possible = permission === 'default' || permission === 'granted';
  const desktop = {
    label: t('alerts.desktop'),
    on: wanted && permission === 'granted',
    onToggle: () => void alerts.toggleDesktop(),
  };
  return [
    ...(possible ? [desktop] : []),
    { label: t('alerts.sound'), on: sound, onToggle: () => alerts.toggleSound() },
  ];
}
