import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { wantsPassword } from '@/api/problem';
import type { Status } from '@/features/admin/types';
import { remember, type Sample } from './history';

/** Milliseconds between two looks. */
const beat = 2_000;

/** How the server does and has done, for as long as somebody looks at it: the last sample is the newest. */
export function historyQuery(api: ApiClient) {
  const queryKey = ['admin', 'status'];
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const status = await api.get<Status>('/api/v1/admin/status/', { signal });
      const before = client.getQueryData<readonly Sample[]>(queryKey) ?? [];
      return remember(before, { at: Date.now(), status });
    },
    structuralSharing: false,
  });
}

/** The same, again and again while the page is seen; who does not want to prove who they are is not asked for ever. */
export function liveQuery(api: ApiClient) {
  return queryOptions({
    ...historyQuery(api),
    refetchInterval: ({ state }) => (wantsPassword(state.error) ? false : beat),
  });
}

/** How it is now. */
export function latestStatus(api: ApiClient) {
  return { ...historyQuery(api), select: (history: readonly Sample[]) => history.at(-1)?.status };
}
