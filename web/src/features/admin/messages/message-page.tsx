import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useApi } from '@/api/api-context';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Loaded } from '@/components/loaded';
import { Note } from '@/components/note';
import { Actions, Section } from '@/components/section';
import { deleteMessage, listKey, messageQuery } from '@/features/admin/api';
import { BackTo } from '@/features/admin/back-to';
import { Facts } from '@/features/admin/facts';
import { sectionPath, userPagePath } from '@/features/admin/paths';
import { Reading } from '@/features/admin/section-page';
import type { AdminMessage } from '@/features/admin/types';
import { useNumbers } from '@/i18n/use-numbers';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { MessageText } from './message-text';

/** One message: what is known of it, and its text only where that is allowed. */
export function MessagePage({ id }: { id: string }) {
  const t = useText();
  const message = useQuery(messageQuery(useApi(), id));
  return (
    <Reading>
      <BackTo section="messages" />
      <Section title={t('admin.message.title', { id })}>
        <Loaded query={message}>
          {(one) =>
            one ? <Known message={one} /> : <Note kind="plain">{t('admin.message.gone')}</Note>
          }
        </Loaded>
      </Section>
      {message.data && !message.data.deleted && (
        <>
          <Section title={t('admin.message.text')}>
            <MessageText key={id} id={message.data.id} />
          </Section>
          <DeleteMessage message={message.data} />
        </>
      )}
    </Reading>
  );
}

function Known({ message }: { message: AdminMessage }) {
  const t = useText();
  const times = useTimes();
  const numbers = useNumbers();
  const person = (username: string) => (
    <Link href={userPagePath(username)}>
      <bdi>{username}</bdi>
    </Link>
  );
  return (
    <>
      {message.deleted && <Note kind="plain">{t('admin.message.deleted')}</Note>}
      <Facts
        facts={[
          [t('admin.messages.sender'), person(message.sender)],
          [t('admin.messages.recipient'), person(message.recipient)],
          [t('admin.messages.time'), times.full(new Date(message.timestamp))],
          [t('admin.messages.length'), numbers.whole(message.length)],
        ]}
      />
    </>
  );
}

function DeleteMessage({ message }: { message: AdminMessage }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState(false);
  return (
    <Section title={t('admin.message.delete')} lead={t('admin.message.deleteLead')}>
      <Actions>
        <Button look="grave" onClick={() => setAsked(true)}>
          {t('admin.message.delete')}
        </Button>
      </Actions>
      {asked && (
        <ConfirmDialog
          title={t('admin.message.deleteOf', { id: String(message.id) })}
          lead={t('admin.message.deleteFromTo', {
            sender: message.sender,
            recipient: message.recipient,
          })}
          action={t('admin.message.deleteDo')}
          grave
          onConfirm={async () => {
            await deleteMessage(api, message.id);
            void cache.invalidateQueries({ queryKey: listKey('message') });
            navigate(sectionPath('messages'));
          }}
          onClose={() => setAsked(false)}
        />
      )}
    </Section>
  );
}
