import { infiniteQueryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { pathOf } from '@/api/link-header';
import type { ConversationPage } from '@/api/types';

const firstPage = '/api/v1/conversation/?limit=50';

export const inboxKey = ['conversations'] as const;

/** All conversations, latest activity first. Notifications keep it current, so it never goes stale. */
export function inboxQuery(api: ApiClient) {
  return infiniteQueryOptions({
    queryKey: inboxKey,
    queryFn: ({ pageParam, signal }) => api.get<ConversationPage>(pageParam, { signal }),
    initialPageParam: firstPage,
    getNextPageParam: (page) => (page.next ? pathOf(page.next) : undefined),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
