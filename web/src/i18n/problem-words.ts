import { ApiProblem, wantsPassword } from '@/api/problem';
import type { TextKey, Translate } from './use-text';

/** What the server says of fields, word for word, and what that is on the page. */
const known: Record<string, TextKey> = {
  'This field is required.': 'problem.field.required',
  'This field may not be blank.': 'problem.field.required',
  'Null characters are not allowed.': 'problem.field.characters',
  'Enter a name without control characters.': 'problem.field.characters',
  'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.':
    'problem.username.letters',
  'Use only the letters a to z, digits and @/./+/-/_ characters.': 'problem.username.letters',
  'This username is not available.': 'problem.username.reserved',
  'A user with that username already exists.': 'problem.username.taken',
  'This username looks too much like that of another user.': 'problem.username.alike',
  'Enter a valid email address.': 'problem.email',
  'This password is too short. It must contain at least 8 characters.': 'problem.password.short',
  'This password is too common.': 'problem.password.common',
  'Enter a name that can be seen.': 'problem.name.unseen',
  'This password is entirely numeric.': 'problem.password.digits',
  'The password is too similar to the username.': 'problem.password.name',
  'The password is too similar to the email address.': 'problem.password.email',
  'The password is not right.': 'problem.password.wrong',
  'Your old password was entered incorrectly. Please enter it again.': 'problem.password.wrong',
  'This invitation is not valid.': 'problem.invitation',
  'This is not the code that the server printed.': 'problem.code',
  'This link is no longer valid.': 'problem.link',
};

const tooLong = /^Ensure this field has no more than (\d+) characters\.$/;

/** The server's word on a field, in the language of the page. */
export function fieldWords(words: string, t: Translate): string {
  const key = known[words];
  if (key) return t(key);
  const [, limit] = tooLong.exec(words) ?? [];
  return limit ? t('problem.field.long', { limit }) : words;
}

/** Why nothing came of a request, for people: what happened, and what happens next. */
export function problemWords(problem: unknown, t: Translate): string {
  if (!(problem instanceof ApiProblem)) return t('problem.failed');
  if (wantsPassword(problem)) return t('problem.confirm');
  switch (problem.kind) {
    case 'unreachable':
      return t(navigator.onLine ? 'problem.unreachable' : 'problem.offline');
    case 'unavailable':
      return t('problem.unavailable');
    case 'throttled':
      return t('problem.throttled', { wait: waitWords(problem.retryAfter ?? 60, t) });
    case 'signed-out':
      return t('problem.signedOut');
    default:
      return t('problem.failed');
  }
}

/** As exact as it is of use: "5 seconds", "3 minutes", "2 hours". */
export function waitWords(seconds: number, t: Translate): string {
  if (seconds < 90) return t('wait.seconds', { count: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 90 * 60) return t('wait.minutes', { count: Math.ceil(seconds / 60) });
  return t('wait.hours', { count: Math.ceil(seconds / 3600) });
}
