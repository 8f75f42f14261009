import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { NewToken, Token } from '@/api/types';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { CopyField } from '@/components/copy-field';
import { Dialog } from '@/components/dialog';
import { DialogActions } from '@/components/dialog-form';
import { Loaded } from '@/components/loaded';
import { Note } from '@/components/note';
import { KeyIcon } from '@/components/section-icons';
import { Actions, Entries, Entry, Section } from '@/components/section';
import { useNow } from '@/components/use-now';
import { useText } from '@/i18n/use-text';
import { useTimes } from '@/i18n/use-times';
import { revokeToken, tokensKey, tokensQuery } from './api';
import { TokenDialog } from './token-form';
import css from './tokens.module.css';

/** Tokens with which programs speak for one. */
export function TokensSection() {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const tokens = useQuery(tokensQuery(api));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewToken | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);

  const revoke = async (id: number) => {
    await revokeToken(api, id);
    await cache.invalidateQueries({ queryKey: tokensKey });
  };

  return (
    <Section title={t('settings.tokens.title')} lead={t('settings.tokens.lead')}>
      <Loaded query={tokens}>
        {({ results }) =>
          results.length === 0 ? (
            <Note kind="plain">{t('settings.tokens.none')}</Note>
          ) : (
            <Entries label={t('settings.tokens.title')}>
              {results.map((token) => (
                <TokenEntry key={token.id} token={token} onRevoke={() => setRevoking(token)} />
              ))}
            </Entries>
          )
        }
      </Loaded>
      <Actions>
        <Button onClick={() => setMaking(true)}>{t('settings.tokens.new')}</Button>
        {/* Not a page of ours: the server has it. */}
        <a href="/api/v1/docs/" target="_blank" rel="noreferrer">
          {t('settings.tokens.explorer')}
        </a>
      </Actions>
      {making && (
        <TokenDialog
          onMade={(token) => {
            setMaking(false);
            setMade(token);
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && <MadeToken token={made} onClose={() => setMade(null)} />}
      {revoking && (
        <ConfirmDialog
          title={t('settings.tokens.revokeTitle', { name: revoking.name })}
          lead={t('settings.tokens.revokeLead')}
          action={t('settings.tokens.revoke')}
          grave
          onConfirm={() => revoke(revoking.id)}
          onClose={() => setRevoking(null)}
        />
      )}
    </Section>
  );
}

/** The only time that the token itself is seen. */
function MadeToken({ token, onClose }: { token: NewToken; onClose: () => void }) {
  const t = useText();
  const example = `curl -H "Authorization: Bearer ${token.token}" ${window.location.origin}/api/v1/me/`;
  return (
    <Dialog title={t('settings.tokens.made', { name: token.name })} onClose={onClose}>
      <div className={css.form}>
        <Note kind="warn">{t('settings.tokens.once')}</Note>
        <CopyField label={t('settings.tokens.token')} value={token.token} />
        <p className={css.small}>{t('settings.tokens.example')}</p>
        <pre className={css.example} dir="ltr">
          {example}
        </pre>
        <DialogActions>
          <Button onClick={onClose}>{t('settings.tokens.kept')}</Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}

function TokenEntry({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const t = useText();
  const times = useTimes();
  const now = useNow();
  const used = token.last_used ? new Date(token.last_used) : null;
  const expires = token.expires ? new Date(token.expires) : null;
  const over = expires !== null && expires <= now;
  const until = expires ? times.full(expires) : '';
  return (
    <Entry
      picture={<KeyIcon />}
      title={<bdi>{token.name}</bdi>}
      badge={t(`settings.tokens.scope.${token.scope === 'write' ? 'write' : 'read'}`)}
      details={[
        <code key="prefix" dir="ltr">
          {token.prefix}…
        </code>,
        used
          ? t('settings.tokens.used', { when: times.ago(used, now) })
          : t('settings.tokens.unused'),
        expires
          ? t(over ? 'settings.tokens.over' : 'settings.tokens.until', { when: until })
          : t('settings.tokens.never'),
      ]}
      action={
        <Button
          look="quiet"
          onClick={onRevoke}
          aria-label={t('settings.tokens.revokeOf', { name: token.name })}
        >
          {t('settings.tokens.revoke')}
        </Button>
      }
    />
  );
}
