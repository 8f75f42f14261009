import type { ApiProblem } from '@/api/problem';
import type { Translate } from '@/i18n/use-text';

/** What only accounts can be refused for. */
export function userWords(t: Translate): (problem: ApiProblem) => string | undefined {
  return ({ code, kind }) => {
    if (code === 'last_superuser') return t('admin.user.last');
    return kind === 'missing' ? t('admin.user.gone') : undefined;
  };
}
