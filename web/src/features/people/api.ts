import { infiniteQueryOptions } from '@tanstack/react-query';
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
