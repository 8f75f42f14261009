import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Invitation, NewInvitation } from '@/api/types';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { CopyField } from '@/components/copy-field';
import { Field } from '@/components/field';
import { Loaded } from '@/components/loaded';
import { Note } from '@/components/note';
import { SaveButton } from '@/components/save-button';
import { TicketIcon } from '@/components/section-icons';
import { Entries, Entry, Section } from '@/components/section';
import { useForm, valueIn } from '@/components/use-form';
import { useNow } from '@/components/use-now';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { invitationsKey, invitationsQuery, invite, withdraw } from './api';

/** How long an invitation counts. */
const days = 7;

/** Invitations to this server: who administers it makes and withdraws them. */
export function InvitationsSection() {
  const t = useText();
  const cache = useQueryClient();
  const invitations = useQuery(invitationsQuery(useApi()));
  const again = () => cache.invalidateQueries({ queryKey: invitationsKey });
  return (
    <Section title={t('settings.invitations.title')} lead={t('settings.invitations.lead')}>
      <InviteForm onMade={() => void again()} />
      <Loaded query={invitations}>{({ results }) => <List invitations={results} />}</Loaded>
    </Section>
  );
}

function InviteForm({ onMade }: { onMade: () => void }) {
  const t = useText();
  const api = useApi();
  const [made, setMade] = useState<NewInvitation | null>(null);
  const form = useForm(
    async (element) => {
      setMade(await invite(api, valueIn(element, 'email').trim(), days));
      element.reset();
      onMade();
    },
    (problem) => (problem.code === 'mail_off' ? t('settings.invitations.off') : undefined),
  );
  return (
    <form onSubmit={form.submit} noValidate>
      <Field
        name="email"
        type="email"
        label={t('settings.invitations.email')}
        autoComplete="off"
        hint={t('settings.invitations.emailHint')}
        onChange={() => form.touch('email')}
        error={form.errorOf('email')}
      />
      {form.problem && <Note kind="bad">{form.problem}</Note>}
      <SaveButton busy={form.busy} saved={false}>
        {t('settings.invitations.make')}
      </SaveButton>
      {made && (
        <>
          <Note kind="warn">{t('settings.invitations.once')}</Note>
          <CopyField label={t('settings.invitations.link')} value={made.url} />
        </>
      )}
    </form>
  );
}

function List({ invitations }: { invitations: readonly Invitation[] }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<Invitation | null>(null);
  if (invitations.length === 0) return <Note kind="plain">{t('settings.invitations.none')}</Note>;
  return (
    <>
      <Entries label={t('settings.invitations.title')}>
        {invitations.map((invitation) => (
          <Line
            key={invitation.id}
            invitation={invitation}
            onWithdraw={() => setAsked(invitation)}
          />
        ))}
      </Entries>
      {asked && (
        <ConfirmDialog
          title={t('settings.invitations.withdrawTitle')}
          lead={t('settings.invitations.withdrawLead')}
          action={t('settings.invitations.withdraw')}
          onConfirm={async () => {
            await withdraw(api, asked.id);
            await cache.invalidateQueries({ queryKey: invitationsKey });
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function Line({ invitation, onWithdraw }: { invitation: Invitation; onWithdraw: () => void }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const { email, used_by, created, expires } = invitation;
  const over = new Date(expires) <= now;
  const name = email === '' ? t('settings.invitations.anyone') : email;
  const state = used_by
    ? t('settings.invitations.used', { name: used_by })
    : t(over ? 'settings.invitations.over' : 'settings.invitations.until', {
        when: times.full(new Date(expires)),
      });
  return (
    <Entry
      picture={<TicketIcon />}
      title={<bdi>{name}</bdi>}
      details={[state, t('settings.invitations.made', { when: times.ago(new Date(created), now) })]}
      action={
        !used_by && (
          <Button
            look="quiet"
            onClick={onWithdraw}
            aria-label={t('settings.invitations.withdrawOf', { name })}
          >
            {t('settings.invitations.withdraw')}
          </Button>
        )
      }
    />
  );
}
