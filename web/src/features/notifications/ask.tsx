import { Button } from '@/components/button';
import { BellIcon } from '@/components/icons';
import { Strip } from '@/components/strip';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { Alerts } from './alerts';

/** Offers notifications, in the page: the browser's own question comes only after a yes. */
export function AskForAlerts({ alerts }: { alerts: Alerts }) {
  const t = useText();
  if (!useStore(alerts.asking)) return null;
  return (
    <Strip label={t('alerts.ask.label')}>
      <BellIcon />
      <p>{t('alerts.ask')}</p>
      <Button onClick={() => void alerts.allow()}>{t('alerts.ask.yes')}</Button>
      <Button look="text" onClick={() => alerts.dismiss()}>
        {t('alerts.ask.no')}
      </Button>
    </Strip>
  );
}
