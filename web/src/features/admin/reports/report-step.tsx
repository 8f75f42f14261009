import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { changeUser, deleteMessage, listKey, setReportClosed } from '@/features/admin/api';
import type { AdminReport } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';

export type Step = 'close' | 'message' | 'person';

interface Props {
  step: Step;
  report: AdminReport;
  onClose: () => void;
}

/** Asks about what is done because of a report, and does it. */
export function ReportStep({ step, report, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const { id, message, closed, reporter } = report;
  const sender = message?.user ?? '';
  const done = async (work: Promise<unknown>) => {
    await work;
    void cache.invalidateQueries({ queryKey: listKey('report') });
  };
  switch (step) {
    case 'close':
      return (
        <ConfirmDialog
          title={t(closed ? 'admin.report.reopenOf' : 'admin.report.closeOf', { name: reporter })}
          action={t(closed ? 'admin.report.reopen' : 'admin.report.close')}
          onConfirm={() => done(setReportClosed(api, id, !closed))}
          onClose={onClose}
        />
      );
    case 'message':
      return (
        <ConfirmDialog
          title={t('admin.message.deleteOf', { id: String(message?.id ?? '') })}
          lead={t('admin.message.deleteLead')}
          action={t('admin.message.deleteDo')}
          grave
          onConfirm={() => done(message ? deleteMessage(api, message.id) : Promise.resolve())}
          onClose={onClose}
        />
      );
    case 'person':
      return (
        <ConfirmDialog
          title={t('admin.user.deactivate', { name: sender })}
          lead={t('admin.user.deactivateLead')}
          action={t('admin.user.deactivateDo')}
          grave
          words={({ code }) => (code === 'last_superuser' ? t('admin.user.last') : undefined)}
          onConfirm={() => done(changeUser(api, sender, { is_active: false }))}
          onClose={onClose}
        />
      );
  }
}
