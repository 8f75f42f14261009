import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Session } from '@/api/types';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Loaded } from '@/components/loaded';
import { DevicesIcon } from '@/components/section-icons';
import { Actions, Entries, Entry, Section } from '@/components/section';
import { useNow } from '@/components/use-now';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { endOtherSessions, endSession, sessionsKey, sessionsQuery } from './api';
import { deviceOf } from './device-words';

/** Where one is logged in, and ending that. */
export function SessionsSection() {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const sessions = useQuery(sessionsQuery(api));
  const [ending, setEnding] = useState<Session | 'others' | null>(null);
  const name = useDeviceName();
  const others = sessions.data?.results.some(({ current }) => !current);

  const end = async () => {
    await (ending === 'others' || !ending ? endOtherSessions(api) : endSession(api, ending.id));
    await cache.invalidateQueries({ queryKey: sessionsKey });
  };

  return (
    <Section title={t('settings.sessions.title')} lead={t('settings.sessions.lead')}>
      <Loaded query={sessions}>
        {({ results }) => (
          <Entries label={t('settings.sessions.title')}>
            {results.map((session) => (
              <SessionEntry key={session.id} session={session} onEnd={() => setEnding(session)} />
            ))}
          </Entries>
        )}
      </Loaded>
      {others && (
        <Actions>
          <Button look="quiet" onClick={() => setEnding('others')}>
            {t('settings.sessions.endOthers')}
          </Button>
        </Actions>
      )}
      {ending && (
        <ConfirmDialog
          title={t(
            ending === 'others' ? 'settings.sessions.endOthersTitle' : 'settings.sessions.endTitle',
          )}
          lead={ending === 'others' ? t('settings.sessions.endLead') : name(ending.device)}
          action={t(ending === 'others' ? 'settings.sessions.endOthers' : 'settings.sessions.end')}
          onConfirm={end}
          onClose={() => setEnding(null)}
        />
      )}
    </Section>
  );
}

function SessionEntry({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const name = useDeviceName()(session.device);
  const used = new Date(session.last_used);
  const opened = new Date(session.opened);
  return (
    <Entry
      picture={<DevicesIcon />}
      title={name}
      badge={session.current && t('settings.sessions.this')}
      details={[
        <time key="used" dateTime={session.last_used} title={times.full(used)}>
          {t('settings.sessions.used', { when: times.ago(used, now) })}
        </time>,
        t('settings.sessions.from', { address: session.address, when: times.full(opened) }),
      ]}
      action={
        !session.current && (
          <Button look="quiet" onClick={onEnd} aria-label={t('settings.sessions.endOf', { name })}>
            {t('settings.sessions.end')}
          </Button>
        )
      }
    />
  );
}

function useDeviceName(): (agent: string) => string {
  const t = useText();
  return (agent) => {
    const { program, system } = deviceOf(agent);
    if (program === '') return t('settings.sessions.unknown');
    return system === '' ? program : t('settings.sessions.device', { program, system });
  };
}
