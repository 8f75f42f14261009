import type { ApiClient } from '@/api/client';
import type { Me } from '@/api/types';

export function logIn(api: ApiClient, username: string, password: string): Promise<Me> {
  return api.post<Me>('/api/v1/session/', { body: { username, password } });
}

/** Proves anew who one is: what administers wants a fresh password. */
export function confirmPassword(api: ApiClient, password: string): Promise<void> {
  return api.post('/api/v1/session/confirm/', { body: { password } });
}

export function logOut(api: ApiClient): Promise<void> {
  return api.delete('/api/v1/session/');
}
