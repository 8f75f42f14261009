import type { TextKey, Translate } from '@/i18n/use-text';

/** What can be in the log. */
export const actions = [
  'user.create',
  'user.change',
  'user.password',
  'user.sessions',
  'user.delete',
  'message.look',
  'message.search',
  'message.delete',
  'report.close',
  'report.reopen',
  'invitation.create',
  'invitation.revoke',
  'retention.run',
] as const;

/** What was done, in words; what this page does not know yet, by its name. */
export function actionWords(action: string, t: Translate): string {
  const known = actions.find((one) => one === action);
  return known ? t(`admin.log.action.${known}` satisfies TextKey) : action;
}

/** What was given along, as it was written: `is_active: false, email: a@b.c`. */
export function detailWords(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
