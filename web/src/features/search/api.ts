import { infiniteQueryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { pathOf } from '@/api/link-header';
import type { Message } from '@/api/types';

export interface FoundMessage extends Message {
  /** Where the words are: from and to, in code points of the body. */
  matches?: readonly (readonly [number, number])[];
}

interface FoundPage {
  next: string | null;
  results: FoundMessage[];
}

/** Longer than this is refused. */
export const longestSearch = 100;
const pageSize = 30;

/** One's own messages in which all the words occur, newest first. */
export function foundMessagesQuery(api: ApiClient, search: string) {
  const words = new URLSearchParams({ search, limit: String(pageSize) });
  return infiniteQueryOptions({
    queryKey: ['found messages', search],
    queryFn: ({ pageParam, signal }) => api.get<FoundPage>(pageParam, { signal }),
    initialPageParam: `/api/v1/message/?${words.toString()}`,
    getNextPageParam: (page) => (page.next === null ? undefined : pathOf(page.next)),
    staleTime: 10_000,
  });
}
