import { Button } from '@/components/button';
import { Strip } from '@/components/strip';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { UpgradeWatch } from './upgrade';

/** The server has a newer page. Nothing typed is lost by reloading: drafts and unsent messages are kept. */
export function OutdatedNotice({ upgrade }: { upgrade: UpgradeWatch }) {
  const t = useText();
  if (!useStore(upgrade.outdated)) return null;
  return (
    <Strip label={t('outdated.label')}>
      <p role="status">{t('outdated.words')}</p>
      <Button onClick={() => window.location.reload()}>{t('app.crash.reload')}</Button>
    </Strip>
  );
}
