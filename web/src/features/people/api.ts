import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import type { User } from '@/api/types';

const pageSize = 40;

/** People whose name begins with `search`; everyone when it is empty. */
export function peopleQuery(api: ApiClient, search: string) {
  const first = `/api/v1/user/?${new URLSearchParams({ search, limit: String(pageSize) }).toString()}`;
  return infiniteQueryOptions({
    queryKey: ['people', search],
    queryFn: ({ pageParam, signal }) => api.page<User[]>(pageParam, { signal }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
    staleTime: 30_000,
  });
}

export function personKey(username: string) {
  return ['person', username] as const;
}

export function personQuery(api: ApiClient, username: string) {
  return queryOptions({
    queryKey: personKey(username),
    queryFn: ({ signal }) =>
      api.get<User>(`/api/v1/user/${encodeURIComponent(username)}/`, { signal }),
    staleTime: 60_000,
  });
}
