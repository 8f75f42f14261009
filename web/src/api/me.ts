import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from './client';
import type { Me } from './types';

export const mePath = '/api/v1/me/';
export const meKey = ['me'] as const;

/** Who is logged in. Whatever changes the account puts the server's answer here. */
export function meQuery(api: ApiClient) {
  return queryOptions({
    queryKey: meKey,
    queryFn: ({ signal }) => api.get<Me>(mePath, { signal }),
    staleTime: Infinity,
  });
}
