import type { ApiClient } from '@/api/client';
import type { Me } from '@/api/types';

export function logIn(api: ApiClient, username: string, password: string): Promise<Me> {
  return api.post<Me>('/api/v1/session/', { body: { username, password } });
}

export function logOut(api: ApiClient): Promise<void> {
  return api.delete('/api/v1/session/');
}
