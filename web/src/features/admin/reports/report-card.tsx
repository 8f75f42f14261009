import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '@/components/button';
import { Actions } from '@/components/section';
import { useNow } from '@/components/use-now';
import { Badge } from '@/features/admin/badge';
import { messagePagePath, userPagePath } from '@/features/admin/paths';
import type { AdminReport } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { ReportStep, type Step } from './report-step';
import css from './reports.module.css';

/** A reported message, who reported it and why, and what can be done about it. */
export function ReportCard({ report }: { report: AdminReport }) {
  const t = useText();
  const [step, setStep] = useState<Step | null>(null);
  const { message, closed } = report;
  return (
    <article className={css.card} aria-label={t('admin.report.title', { id: report.id })}>
      <Head report={report} />
      {message ? (
        <>
          <p className={css.people}>
            <Name username={message.user} />{' '}
            <span className={css.arrow} aria-hidden="true">
              →
            </span>{' '}
            <Name username={message.recipient} />
          </p>
          <blockquote className={css.body} dir="auto">
            {message.body}
          </blockquote>
        </>
      ) : (
        <p className={css.gone}>{t('admin.report.messageGone')}</p>
      )}
      {report.reason !== '' && (
        <p className={css.reason}>
          <strong>{t('admin.report.reason')}</strong> <bdi>{report.reason}</bdi>
        </p>
      )}
      <Actions>
        <Button look={closed ? 'quiet' : 'solid'} onClick={() => setStep('close')}>
          {t(closed ? 'admin.report.reopen' : 'admin.report.close')}
        </Button>
        {message && (
          <>
            <Button look="quiet" onClick={() => setStep('message')}>
              {t('admin.message.delete')}
            </Button>
            <Button look="quiet" onClick={() => setStep('person')}>
              {t('admin.report.deactivate', { name: message.user })}
            </Button>
          </>
        )}
      </Actions>
      {step && <ReportStep step={step} report={report} onClose={() => setStep(null)} />}
    </article>
  );
}

function Head({ report }: { report: AdminReport }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const { message, reporter, created, closed, closed_by } = report;
  const when = (time: string) => times.ago(new Date(time), now);
  return (
    <header className={css.head}>
      <Badge kind={closed ? 'plain' : 'warn'}>
        {t(closed ? 'admin.reports.state.closed' : 'admin.reports.state.open')}
      </Badge>
      <span>{t('admin.report.by', { name: reporter, when: when(created) })}</span>
      {closed && (
        <span>{t('admin.report.closedBy', { name: closed_by ?? '–', when: when(closed) })}</span>
      )}
      {message && (
        <Link href={messagePagePath(message.id)}>
          {t('admin.message.title', { id: message.id })}
        </Link>
      )}
    </header>
  );
}

function Name({ username }: { username: string }) {
  return (
    <Link href={userPagePath(username)}>
      <bdi>{username}</bdi>
    </Link>
  );
}
