import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { useText } from '@/i18n/use-text';
import { MissingCode } from './routes/loading';
import { Screen } from './screen';

/** A mistake of ours, or a page that the server has left behind: say so, and offer the way out that usually works. */
export function Crashed({ error }: { error: unknown }) {
  const t = useText();
  const outdated = error instanceof MissingCode;
  return (
    <Screen>
      <Notice title={t(outdated ? 'app.outdated.title' : 'app.crash.title')} urgent>
        <p>{t(outdated ? 'app.outdated.body' : 'app.crash.body')}</p>
        <Button onClick={() => window.location.reload()}>{t('app.crash.reload')}</Button>
      </Notice>
    </Screen>
  );
}
