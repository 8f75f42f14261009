import { infiniteQueryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { pathOf } from '@/api/link-header';
import type { FoundMessages } from '@/api/types';

/** Longer than this is refused. */
export const longestSearch = 100;
const pageSize = 30;

/** One's own messages in which all the words occur, newest first. */
export function foundMessagesQuery(api: ApiClient, search: string) {
  const words = new URLSearchParams({ search, limit: String(pageSize) });
  return infiniteQueryOptions({
    queryKey: ['found messages', search],
    queryFn: ({ pageParam, signal }) => api.get<FoundMessages>(pageParam, { signal }),
    initialPageParam: `/api/v1/message/?${words.toString()}`,
    getNextPageParam: (page) => (page.next ? pathOf(page.next) : undefined),
    staleTime: 10_000,
  });
}
