import { Screen } from '@/app/screen';
import css from '@/app/screen.module.css';
import { Spinner } from '@/components/spinner';
import { useText } from '@/i18n/use-text';

export function Waiting() {
  const t = useText();
  return (
    <Screen>
      <p className={css.waiting} role="status">
        <Spinner />
        {t('app.loading')}
      </p>
    </Screen>
  );
}
