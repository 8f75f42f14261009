import { Button } from '@/components/button';
import { BellIcon } from '@/components/icons';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { Alerts } from './alerts';
import css from './ask.module.css';

/** Offers notifications, in the page: the browser's own question comes only after a yes. */
export function AskForAlerts({ alerts }: { alerts: Alerts }) {
  const t = useText();
  if (!useStore(alerts.asking)) return null;
  return (
    <section className={css.strip} aria-label={t('alerts.ask.label')}>
      <BellIcon />
      <p className={css.words}>{t('alerts.ask')}</p>
      <Button onClick={() => void alerts.allow()}>{t('alerts.ask.yes')}</Button>
      <Button look="text" onClick={() => alerts.dismiss()}>
        {t('alerts.ask.no')}
      </Button>
    </section>
  );
}
