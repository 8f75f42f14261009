import { Link } from 'wouter';
import css from '@/app/screen.module.css';
import { Notice } from '@/components/notice';
import { useText } from '@/i18n/use-text';

export function NotFound() {
  const t = useText();
  return (
    <main className={css.screen}>
      <Notice title={t('app.notfound.title')}>
        <Link href="/">{t('app.notfound.back')}</Link>
      </Notice>
    </main>
  );
}
