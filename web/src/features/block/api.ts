import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import type { User } from '@/api/types';

const path = '/api/v1/me/block/';

export const blockedKey = ['blocked'] as const;

/** Whom one has blocked. */
export function blockedQuery(api: ApiClient) {
  return queryOptions({
    queryKey: blockedKey,
    queryFn: ({ signal }) => api.get<{ results: User[] }>(path, { signal }),
  });
}

export async function block(api: ApiClient, username: string): Promise<void> {
  await api.put(`${path}${encodeURIComponent(username)}/`);
}

export function unblock(api: ApiClient, username: string): Promise<void> {
  return api.delete(`${path}${encodeURIComponent(username)}/`);
}

/** Shows a message to those who run the server. A second time changes nothing. */
export async function report(api: ApiClient, message: number, reason: string): Promise<void> {
  await api.post(`/api/v1/message/${message}/report/`, { body: { reason } });
}
