import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { User } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Loaded } from '@/components/loaded';
import { nameOf } from '@/components/names';
import { Note } from '@/components/note';
import { Entries, Entry, Section } from '@/components/section';
import { useText } from '@/i18n/use-text';
import { blockedQuery } from './api';
import BlockDialog from './block-dialog';

interface Props {
  onBlock: (username: string, blocked: boolean) => Promise<void>;
}

/** Whom one has blocked, and letting them write again. */
export function BlockedSection({ onBlock }: Props) {
  const t = useText();
  const blocked = useQuery(blockedQuery(useApi()));
  const [asked, setAsked] = useState<User | null>(null);
  return (
    <Section title={t('settings.blocked.title')} lead={t('settings.blocked.lead')}>
      <Loaded query={blocked}>
        {({ results }) =>
          results.length === 0 ? (
            <Note kind="plain">{t('settings.blocked.none')}</Note>
          ) : (
            <Entries label={t('settings.blocked.title')}>
              {results.map((user) => (
                <Entry
                  key={user.username}
                  picture={
                    <Avatar
                      username={user.username}
                      name={nameOf(user)}
                      picture={user.avatar}
                      size="s"
                    />
                  }
                  title={<bdi>{nameOf(user)}</bdi>}
                  details={[<bdi key="username">@{user.username}</bdi>]}
                  action={
                    <Button
                      look="quiet"
                      aria-label={t('blocking.undoOf', { name: nameOf(user) })}
                      onClick={() => setAsked(user)}
                    >
                      {t('block.undo')}
                    </Button>
                  }
                />
              ))}
            </Entries>
          )
        }
      </Loaded>
      {asked && (
        <BlockDialog
          name={nameOf(asked)}
          blocked
          onBlock={(blocked) => onBlock(asked.username, blocked)}
          onClose={() => setAsked(null)}
        />
      )}
    </Section>
  );
}
