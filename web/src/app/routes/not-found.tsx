import { Link } from 'wouter';
import { Screen } from '@/app/screen';
import { Notice } from '@/components/notice';
import { useText } from '@/i18n/use-text';

export function NotFound() {
  const t = useText();
  return (
    <Screen>
      <Notice title={t('app.notfound.title')}>
        <Link href="/">{t('app.notfound.back')}</Link>
      </Notice>
    </Screen>
  );
}
