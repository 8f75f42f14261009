import { Button } from '@/components/button';
import { BellIcon } from '@/components/icons';
import { useText } from '@/i18n/use-text';
import { useStore } from '@/realtime/store';
import type { Muted } from './muted';

/** Whether messages of this person make themselves heard. */
export function MuteButton({ muted, peer }: { muted: Muted; peer: string }) {
  const t = useText();
  const quiet = useStore(muted.peers).has(peer);
  const label = t('alerts.mute');
  return (
    <Button
      look="icon"
      aria-label={label}
      aria-pressed={quiet}
      title={t(quiet ? 'alerts.muted' : 'alerts.mute')}
      onClick={() => muted.toggle(peer)}
    >
      <BellIcon crossed={quiet} />
    </Button>
  );
}
