import type { User } from '@/api/types';

/** What to call someone. */
export function nameOf(user: Pick<User, 'username' | 'display_name'>): string {
  return user.display_name || user.username;
}
