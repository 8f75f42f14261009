import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import type { Me } from '@/api/types';

export const meKey = ['me'] as const;

export function meQuery(api: ApiClient) {
  return queryOptions({
    queryKey: meKey,
    queryFn: ({ signal }) => api.get<Me>('/api/v1/me/', { signal }),
    staleTime: Infinity,
  });
}

export function logIn(api: ApiClient, username: string, password: string): Promise<Me> {
  return api.post<Me>('/api/v1/session/', { body: { username, password } });
}

export function logOut(api: ApiClient): Promise<void> {
  return api.delete('/api/v1/session/');
}
