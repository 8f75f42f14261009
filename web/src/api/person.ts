import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from './client';
import type { User } from './types';

export function personKey(username: string) {
  return ['person', username] as const;
}

/** One person, by name. */
export function personQuery(api: ApiClient, username: string) {
  return queryOptions({
    queryKey: personKey(username),
    queryFn: ({ signal }) =>
      api.get<User>(`/api/v1/user/${encodeURIComponent(username)}/`, { signal }),
    staleTime: 60_000,
  });
}
