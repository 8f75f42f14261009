import { useText } from '@/i18n/use-text';
import { Card } from './card';
import { LogInLink } from './links';

/** Nobody may sign up here. */
export function Closed() {
  const t = useText();
  return (
    <Card title={t('account.closed.title')} lead={t('account.closed.lead')} links={<LogInLink />} />
  );
}
