import { useText, type TextKey } from '@/i18n/use-text';
import { useNumbers } from '@/i18n/use-numbers';
import type { Status } from '@/features/admin/types';
import { Chart } from './chart';
import css from './charts.module.css';
import { extentOf, type Sample } from './history';

type Format = 'rough' | 'milliseconds' | 'bytes';

interface LineOf {
  label: TextKey;
  color: string;
  of: (status: Status) => number;
}

interface ChartOf {
  title: TextKey;
  format: Format;
  lines: readonly LineOf[];
}

/** What goes up and down. Lines of one chart differ in lightness as well as in hue. */
const charts: readonly ChartOf[] = [
  {
    title: 'admin.chart.people',
    format: 'rough',
    lines: [
      { label: 'admin.chart.online', color: '--chart-1', of: (now) => now.people_online },
      { label: 'admin.chart.sockets', color: '--chart-2', of: (now) => now.sockets },
    ],
  },
  {
    title: 'admin.chart.rate',
    format: 'rough',
    lines: [
      { label: 'admin.chart.sends', color: '--chart-1', of: (now) => now.sends_per_second },
      { label: 'admin.chart.requests', color: '--chart-2', of: (now) => now.requests_per_second },
    ],
  },
  {
    title: 'admin.chart.latency',
    format: 'milliseconds',
    lines: [
      { label: 'admin.chart.p50', color: '--chart-1', of: (now) => now.latency_ms.p50 },
      { label: 'admin.chart.p95', color: '--chart-2', of: (now) => now.latency_ms.p95 },
      { label: 'admin.chart.p99', color: '--chart-3', of: (now) => now.latency_ms.p99 },
    ],
  },
  {
    title: 'admin.chart.queues',
    format: 'rough',
    lines: [
      { label: 'admin.queue.writer', color: '--chart-1', of: ({ queues }) => queues.writer.length },
      {
        label: 'admin.queue.passwords',
        color: '--chart-2',
        of: ({ queues }) => queues.passwords.length,
      },
      { label: 'admin.queue.mail', color: '--chart-3', of: ({ queues }) => queues.mail.length },
      {
        label: 'admin.queue.search',
        color: '--chart-4',
        of: ({ queues }) => queues.search_index.behind,
      },
    ],
  },
];

export function Charts({ history }: { history: readonly Sample[] }) {
  return (
    <div className={css.charts}>
      {charts.map((chart) => (
        <Figure key={chart.title} chart={chart} history={history} />
      ))}
    </div>
  );
}

function Figure({ chart, history }: { chart: ChartOf; history: readonly Sample[] }) {
  const t = useText();
  const format = useNumbers()[chart.format];
  const lines = chart.lines.map(({ label, color, of }) => {
    const values = history.map(({ status }) => of(status));
    return { label: t(label), color, values, extent: extentOf(values) };
  });
  const words = lines.map(({ label, extent }) =>
    t('admin.chart.words', {
      label,
      latest: format(extent.latest),
      least: format(extent.least),
      most: format(extent.most),
    }),
  );
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>{t(chart.title)}</figcaption>
      <ul className={css.legend}>
        {lines.map(({ label, color, extent }) => (
          <li key={label} className={css.entry}>
            <span className={css.swatch} style={{ background: `var(${color})` }} />
            {label}
            <strong>{format(extent.latest)}</strong>
          </li>
        ))}
      </ul>
      <Chart
        words={words.join(' ')}
        times={history.map(({ at }) => at)}
        lines={lines}
        format={format}
      />
    </figure>
  );
}
