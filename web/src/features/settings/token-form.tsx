import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useApi } from '@/api/api-context';
import type { NewToken, TokenScope } from '@/api/types';
import { Dialog } from '@/components/dialog';
import { DialogForm } from '@/components/dialog-form';
import { Field } from '@/components/field';
import { useForm, valueIn } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { makeToken, tokensKey } from './api';
import { expiryAfter, lifetimes } from './token-expiry';
import css from './tokens.module.css';

const scopes: TokenScope[] = ['read', 'write'];

interface Props {
  onMade: (token: NewToken) => void;
  onClose: () => void;
}

/** What a new token is called, may do, and how long it counts. */
export function TokenDialog({ onMade, onClose }: Props) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const select = useId();
  const [scope, setScope] = useState<TokenScope>('read');
  const [days, setDays] = useState(30);
  const form = useForm(async (element) => {
    const name = valueIn(element, 'name').trim();
    const made = await makeToken(api, { name, scope, expires: expiryAfter(days, new Date()) });
    onMade(made);
    await cache.invalidateQueries({ queryKey: tokensKey });
  });
  return (
    <Dialog title={t('settings.tokens.new')} onClose={onClose}>
      <DialogForm form={form} action={t('settings.tokens.make')} onCancel={onClose}>
        <Field
          name="name"
          label={t('settings.tokens.name')}
          maxLength={100}
          autoComplete="off"
          dir="auto"
          required
          hint={t('settings.tokens.nameHint')}
          onChange={() => form.touch('name')}
          error={form.errorOf('name')}
        />
        <fieldset className={css.scopes}>
          <legend>{t('settings.tokens.scope')}</legend>
          {scopes.map((one) => (
            <label key={one} className={css.scope}>
              <input
                type="radio"
                name="scope"
                value={one}
                checked={scope === one}
                onChange={() => setScope(one)}
              />
              <strong>{t(`settings.tokens.scope.${one}`)}</strong>
              <span className={css.small}>{t(`settings.tokens.scope.${one}.hint`)}</span>
            </label>
          ))}
        </fieldset>
        <div className={css.choice}>
          <label htmlFor={select}>{t('settings.tokens.expires')}</label>
          <select
            id={select}
            name="expires"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {lifetimes.map((one) => (
              <option key={one} value={one}>
                {one === 0 ? t('settings.tokens.never') : t('settings.tokens.days', { count: one })}
              </option>
            ))}
          </select>
        </div>
      </DialogForm>
    </Dialog>
  );
}
