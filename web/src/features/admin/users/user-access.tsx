import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useApi } from '@/api/api-context';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { nameOf } from '@/components/names';
import { Actions, Section } from '@/components/section';
import { Switch } from '@/components/switch';
import { deleteUser, endSessions, listKey, userKey } from '@/features/admin/api';
import { sectionPath } from '@/features/admin/paths';
import type { AdminUser } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';
import { PasswordDialog } from './password-dialog';
import { userWords } from './problem-words';
import { useChange } from './use-change';

type Step = 'active' | 'superuser' | 'password' | 'sessions' | 'delete';

/** Whether a person may come in, and what they may do here; each step is asked about by name before it is taken. */
export function UserAccess({ user }: { user: AdminUser }) {
  const t = useText();
  const [step, setStep] = useState<Step | null>(null);
  return (
    <>
      <Section title={t('admin.user.access')}>
        <Switch
          label={t('admin.user.active')}
          hint={t('admin.user.activeHint')}
          on={user.is_active}
          onChange={() => setStep('active')}
        />
        <Switch
          label={t('admin.users.superuser')}
          hint={t('admin.user.superuserHint')}
          on={user.is_superuser}
          onChange={() => setStep('superuser')}
        />
        <Actions>
          <Button look="quiet" onClick={() => setStep('password')}>
            {t('admin.user.setPassword')}
          </Button>
          <Button look="quiet" onClick={() => setStep('sessions')}>
            {t('admin.user.endSessions')}
          </Button>
        </Actions>
      </Section>
      <Section title={t('admin.user.delete')} lead={t('admin.user.deleteLead')}>
        <Actions>
          <Button look="grave" onClick={() => setStep('delete')}>
            {t('admin.user.delete')}
          </Button>
        </Actions>
      </Section>
      {step && <StepDialog step={step} user={user} onClose={() => setStep(null)} />}
    </>
  );
}

interface StepProps {
  step: Step;
  user: AdminUser;
  onClose: () => void;
}

function StepDialog({ step, user, onClose }: StepProps) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [, navigate] = useLocation();
  const change = useChange(user);
  const { username, is_active, is_superuser } = user;
  const name = nameOf(user) === username ? username : `${user.display_name} (@${username})`;
  const shared = { words: userWords(t), onClose };
  switch (step) {
    case 'password':
      return <PasswordDialog user={user} name={name} onClose={onClose} />;
    case 'active':
      return (
        <ConfirmDialog
          {...shared}
          title={t(is_active ? 'admin.user.deactivate' : 'admin.user.activate', { name })}
          lead={t(is_active ? 'admin.user.deactivateLead' : 'admin.user.activateLead')}
          action={t(is_active ? 'admin.user.deactivateDo' : 'admin.user.activateDo')}
          grave={is_active}
          onConfirm={() => change({ is_active: !is_active })}
        />
      );
    case 'superuser':
      return (
        <ConfirmDialog
          {...shared}
          title={t(is_superuser ? 'admin.user.unmake' : 'admin.user.make', { name })}
          lead={t('admin.user.superuserHint')}
          action={t(is_superuser ? 'admin.user.unmakeDo' : 'admin.user.makeDo')}
          grave={!is_superuser}
          onConfirm={() => change({ is_superuser: !is_superuser })}
        />
      );
    case 'sessions':
      return (
        <ConfirmDialog
          {...shared}
          title={t('admin.user.endSessionsOf', { name })}
          lead={t('admin.user.endSessionsLead')}
          action={t('admin.user.endSessions')}
          onConfirm={async () => {
            await endSessions(api, username);
            void cache.invalidateQueries({ queryKey: userKey(username) });
          }}
        />
      );
    case 'delete':
      return (
        <ConfirmDialog
          {...shared}
          title={t('admin.user.deleteOf', { name })}
          lead={t('admin.user.deleteLead')}
          action={t('admin.user.deleteDo')}
          grave
          onConfirm={async () => {
            await deleteUser(api, username);
            navigate(sectionPath('users'));
            cache.removeQueries({ queryKey: userKey(username) });
            void cache.invalidateQueries({ queryKey: listKey('user') });
          }}
        />
      );
  }
}
