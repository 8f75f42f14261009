import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import type { AccountState, CheckedFields, Me } from '@/api/types';

const path = '/api/v1/account/';

export const accountKey = ['account'] as const;

/** How one gets an account here. */
export function accountQuery(api: ApiClient) {
  return queryOptions({
    queryKey: accountKey,
    queryFn: ({ signal }) => api.get<AccountState>(path, { signal }),
    staleTime: 60_000,
  });
}

export interface Wish {
  username: string;
  email: string;
  password: string;
}

/** What would be wrong with a name, an address or a password; what is left out is not looked at. */
export function check(
  api: ApiClient,
  wish: Partial<Wish>,
  signal: AbortSignal,
): Promise<CheckedFields> {
  return api.post<CheckedFields>(`${path}check/`, { body: wish, signal });
}

/** The account is there once the mailed link was followed. */
export function signUp(api: ApiClient, wish: Wish, invitation: string): Promise<void> {
  const body = invitation === '' ? wish : { ...wish, invitation };
  return api.post(path, { body });
}

export function confirmAccount(api: ApiClient, token: string): Promise<{ username: string }> {
  return api.post(`${path}confirm/`, { body: { token } });
}

/** Makes the first account, a superuser's, and logs in. */
export async function makeFirst(api: ApiClient, code: string, wish: Wish): Promise<Me> {
  await api.post(`${path}first/`, { body: { code, ...wish } });
  const { username, password } = wish;
  return api.post<Me>('/api/v1/session/', { body: { username, password } });
}

export function forgot(api: ApiClient, email: string): Promise<void> {
  return api.post('/api/v1/password/forgot/', { body: { email } });
}

export function reset(api: ApiClient, token: string, newPassword: string): Promise<void> {
  return api.post('/api/v1/password/reset/', { body: { token, new_password: newPassword } });
}

export function confirmEmail(api: ApiClient, token: string): Promise<void> {
  return api.post('/api/v1/email/confirm/', { body: { token } });
}
