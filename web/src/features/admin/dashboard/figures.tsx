import type { Status } from '@/features/admin/types';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import css from './dashboard.module.css';

/** What one wants to see first, large. */
export function Figures({ status }: { status: Status }) {
  const t = useText();
  const numbers = useNumbers();
  const figures = [
    [t('admin.chart.online'), numbers.whole(status.people_online)],
    [t('admin.chart.sockets'), numbers.whole(status.sockets)],
    [t('admin.figure.sends'), numbers.rough(status.sends_per_second)],
    [t('admin.figure.requests'), numbers.rough(status.requests_per_second)],
    [t('admin.figure.p95'), numbers.milliseconds(status.latency_ms.p95)],
    [t('admin.figure.users'), numbers.whole(status.counts.users)],
    [t('admin.figure.messages'), numbers.whole(status.counts.messages)],
    [t('admin.figure.errors'), numbers.whole(status.errors_total)],
  ] as const;
  return (
    <dl className={css.figures}>
      {figures.map(([label, value]) => (
        <div key={label} className={css.figure}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
