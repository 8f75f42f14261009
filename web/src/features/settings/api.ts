import { queryOptions, type QueryClient } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { meKey, mePath } from '@/api/me';
import type { Me, NewToken, Sessions, Token, TokenScope } from '@/api/types';

const sessionPath = `${mePath}session/`;
const tokenPath = `${mePath}token/`;
const avatarPath = `${mePath}avatar/`;

export type Profile = Partial<Pick<Me, 'display_name' | 'receipts' | 'presence'>>;

/** Changes what is given, and shows it everywhere on the page. */
export async function changeMe(
  api: ApiClient,
  cache: QueryClient,
  change: Profile | { email: string; password: string },
): Promise<void> {
  cache.setQueryData(meKey, await api.patch<Me>(mePath, { body: change }));
}

export async function putPicture(
  api: ApiClient,
  cache: QueryClient,
  picture: Blob,
  onProgress: (part: number) => void,
): Promise<void> {
  cache.setQueryData(meKey, await api.upload<Me>(avatarPath, picture, onProgress));
}

export async function removePicture(api: ApiClient, cache: QueryClient): Promise<void> {
  await api.delete(avatarPath);
  cache.setQueryData<Me>(meKey, (me) => me && { ...me, avatar: null });
}

export function changePassword(api: ApiClient, old: string, wanted: string): Promise<void> {
  return api.post('/api/v1/password/change/', {
    body: { old_password: old, new_password: wanted },
  });
}

export const sessionsKey = ['sessions'] as const;

export function sessionsQuery(api: ApiClient) {
  return queryOptions({
    queryKey: sessionsKey,
    queryFn: ({ signal }) => api.get<Sessions>(sessionPath, { signal }),
  });
}

export function endSession(api: ApiClient, id: number): Promise<void> {
  return api.delete(`${sessionPath}${id}/`);
}

export function endOtherSessions(api: ApiClient): Promise<void> {
  return api.delete(sessionPath);
}

export const tokensKey = ['tokens'] as const;

export function tokensQuery(api: ApiClient) {
  return queryOptions({
    queryKey: tokensKey,
    queryFn: ({ signal }) => api.get<{ results: Token[] }>(tokenPath, { signal }),
  });
}

export interface TokenWish {
  name: string;
  scope: TokenScope;
  expires: string | null;
}

export function makeToken(api: ApiClient, wish: TokenWish): Promise<NewToken> {
  return api.post<NewToken>(tokenPath, { body: wish });
}

export function revokeToken(api: ApiClient, id: number): Promise<void> {
  return api.delete(`${tokenPath}${id}/`);
}

export function openExport(
  api: ApiClient,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  return api.stream(`${mePath}export/`, signal);
}

export function deleteMe(api: ApiClient, password: string): Promise<void> {
  return api.delete(mePath, { body: { password } });
}
