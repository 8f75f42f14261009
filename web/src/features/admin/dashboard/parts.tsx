import type { ReactNode } from 'react';
import { CheckIcon, WarningIcon } from '@/components/icons';
import { useNow } from '@/components/use-now';
import { Badge } from '@/features/admin/badge';
import { Facts } from '@/features/admin/facts';
import type { Queue, Status } from '@/features/admin/types';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import css from './dashboard.module.css';

/** What the server is made of, part by part. */
export function Parts({ status }: { status: Status }) {
  return (
    <div className={css.parts}>
      <Program status={status} />
      <Storage status={status} />
      <Queues status={status} />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part} aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Program({ status }: { status: Status }) {
  const t = useText();
  const times = useTimes();
  const numbers = useNumbers();
  const now = useNow();
  const { version, started, node, nodes, retention_days, admin_reads_messages } = status;
  return (
    <Part title={t('admin.part.program')}>
      <Facts
        facts={[
          [t('admin.part.version'), version],
          [t('admin.part.started'), times.ago(new Date(started), now)],
          [t('admin.part.node'), <bdi key="node">{node}</bdi>],
          [t('admin.part.nodes'), numbers.whole(nodes)],
          [t('admin.part.memory'), numbers.bytes(status.memory_bytes)],
          [
            t('admin.part.retention'),
            retention_days > 0
              ? t('admin.part.days', { count: retention_days })
              : t('admin.part.forever'),
          ],
          [
            t('admin.part.reading'),
            t(admin_reads_messages ? 'admin.part.readingOn' : 'admin.part.readingOff'),
          ],
        ]}
      />
    </Part>
  );
}

const engines: Record<string, string> = { sqlite: 'SQLite', mysql: 'MySQL / MariaDB' };

function Storage({ status }: { status: Status }) {
  const t = useText();
  const numbers = useNumbers();
  const { database, bus, disk } = status;
  const { in_use, idle, max } = database.connections;
  return (
    <Part title={t('admin.part.storage')}>
      <Facts
        facts={[
          [t('admin.part.database'), <State key="database" ok={database.ok} />],
          [
            t('admin.part.engine'),
            `${engines[database.engine] ?? database.engine} ${database.version}`,
          ],
          [t('admin.part.size'), numbers.bytes(database.size_bytes)],
          [
            t('admin.part.connections'),
            t('admin.part.connectionsOf', {
              busy: numbers.whole(in_use),
              idle: numbers.whole(idle),
              most: numbers.whole(max),
            }),
          ],
          disk ? [t('admin.part.disk'), <Disk key="disk" {...disk} />] : false,
          [
            t(bus.kind === 'redis' ? 'admin.part.redis' : 'admin.part.bus'),
            <State key="bus" ok={bus.ok} />,
          ],
        ]}
      />
    </Part>
  );
}

function Disk({ used_bytes, free_bytes }: { used_bytes: number; free_bytes: number }) {
  const t = useText();
  const numbers = useNumbers();
  const share = used_bytes / Math.max(1, used_bytes + free_bytes);
  return t('admin.part.diskOf', {
    share: numbers.percent(share),
    free: numbers.bytes(free_bytes),
  });
}

function State({ ok }: { ok: boolean }) {
  const t = useText();
  return (
    <Badge kind={ok ? 'good' : 'bad'}>
      {ok ? <CheckIcon size={14} /> : <WarningIcon size={14} />}
      {t(ok ? 'admin.part.good' : 'admin.part.away')}
    </Badge>
  );
}

function Queues({ status }: { status: Status }) {
  const t = useText();
  const numbers = useNumbers();
  const { writer, passwords, mail, search_index } = status.queues;
  return (
    <Part title={t('admin.chart.queues')}>
      <Facts
        facts={[
          [t('admin.queue.writer'), <Fill key="writer" {...writer} />],
          [t('admin.queue.passwords'), <Fill key="passwords" {...passwords} />],
          [t('admin.queue.mail'), <Fill key="mail" {...mail} />],
          [t('admin.queue.search'), numbers.whole(search_index.behind)],
        ]}
      />
    </Part>
  );
}

/** How full a queue is. */
function Fill({ length, limit }: Queue) {
  const t = useText();
  const numbers = useNumbers();
  const words = t('admin.queue.of', {
    length: numbers.whole(length),
    limit: numbers.whole(limit),
  });
  return (
    <span className={css.queue}>
      {words}
      <meter value={length} max={limit} high={limit * 0.8} aria-label={words} />
    </span>
  );
}
