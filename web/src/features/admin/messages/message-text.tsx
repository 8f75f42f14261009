import { useMutation, useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { Button } from '@/components/button';
import { Note } from '@/components/note';
import { Actions } from '@/components/section';
import { Spinner } from '@/components/spinner';
import { lookAtMessage } from '@/features/admin/api';
import { latestStatus } from '@/features/admin/dashboard/api';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import css from './messages.module.css';

/** What a message says: only where the server's settings allow it, only on demand, and never unseen. */
export function MessageText({ id }: { id: number }) {
  const t = useText();
  const api = useApi();
  const status = useQuery(latestStatus(api));
  const look = useMutation({ mutationFn: () => lookAtMessage(api, id) });
  if (look.data) {
    const { body } = look.data;
    if (typeof body !== 'string') return <Note kind="plain">{t('admin.message.private')}</Note>;
    return (
      <>
        <p className={css.body} dir="auto">
          {body}
        </p>
        <Note kind="warn">{t('admin.message.looked')}</Note>
      </>
    );
  }
  if (status.data && !status.data.admin_reads_messages) {
    return <Note kind="plain">{t('admin.message.private')}</Note>;
  }
  return (
    <>
      <Note kind="plain">{t('admin.message.logged')}</Note>
      {look.isError && <Note kind="bad">{problemWords(look.error, t)}</Note>}
      <Actions>
        <Button look="quiet" aria-disabled={look.isPending} onClick={() => look.mutate()}>
          {look.isPending && <Spinner />}
          {t('admin.message.look')}
        </Button>
      </Actions>
    </>
  );
}
