import { useCallback } from 'react';
import type { User } from '@/api/types';
import { useText } from '@/i18n/use-text';
import { nameOf } from './names';

type Named = Pick<User, 'username' | 'display_name'> & Partial<Pick<User, 'deleted'>>;

/** What to call someone, also after their account is gone. */
export function useName(): (user: Named) => string {
  const t = useText();
  return useCallback((user) => (user.deleted ? t('person.deleted') : nameOf(user)), [t]);
}
