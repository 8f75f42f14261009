import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { useText } from '@/i18n/use-text';
import css from './screen.module.css';

/** A mistake of ours: say so, and offer the way out that usually works. */
export function Crashed() {
  const t = useText();
  return (
    <main className={css.screen}>
      <Notice title={t('app.crash.title')} urgent>
        <p>{t('app.crash.body')}</p>
        <Button onClick={() => window.location.reload()}>{t('app.crash.reload')}</Button>
      </Notice>
    </main>
  );
}
