import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import { pathOf } from '@/api/link-header';
import { wantsPassword } from '@/api/problem';
import type { AdminMessage, AdminUser, DateCount, ListPage, NewUser, UserChange } from './types';

const root = '/api/v1/admin/';
const pageSize = 50;

type ListName = 'user' | 'message' | 'report' | 'log';
export type Filters = Record<string, string>;

/** Everything of a list, whatever the filters. */
export function listKey(list: ListName) {
  return ['admin', list] as const;
}

/** A list, page by page, of what the filters leave; empty ones filter nothing. */
export function listQuery<T>(api: ApiClient, list: ListName, filters: Filters) {
  const chosen = Object.entries(filters).filter(([, value]) => value !== '');
  const query = new URLSearchParams([...chosen, ['limit', String(pageSize)]]);
  return infiniteQueryOptions({
    queryKey: [...listKey(list), filters],
    queryFn: ({ pageParam, signal }) => api.get<ListPage<T>>(pageParam, { signal }),
    initialPageParam: `${root}${list}/?${query.toString()}`,
    getNextPageParam: (page) => (page.next ? pathOf(page.next) : undefined),
    // All pages that are there would be asked for anew, one after the other. Whoever comes back to a list wants just that.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

function userPath(username: string): string {
  return `${root}user/${encodeURIComponent(username)}/`;
}

export function userKey(username: string) {
  return ['admin', 'one user', username] as const;
}

export function userQuery(api: ApiClient, username: string) {
  return queryOptions({
    queryKey: userKey(username),
    queryFn: ({ signal }) => api.get<AdminUser>(userPath(username), { signal }),
  });
}

export function createUser(api: ApiClient, user: NewUser): Promise<AdminUser> {
  return api.post<AdminUser>(`${root}user/`, { body: user });
}

export function changeUser(
  api: ApiClient,
  username: string,
  change: UserChange,
): Promise<AdminUser> {
  return api.patch<AdminUser>(userPath(username), { body: change });
}

/** It also ends their sessions and tokens. */
export function setPassword(api: ApiClient, username: string, password: string): Promise<void> {
  return api.post(`${userPath(username)}password/`, { body: { password } });
}

export function endSessions(api: ApiClient, username: string): Promise<void> {
  return api.delete(`${userPath(username)}session/`);
}

export function deleteUser(api: ApiClient, username: string): Promise<void> {
  return api.delete(userPath(username));
}

/** What is known of a message without reading it. */
export function messageQuery(api: ApiClient, id: string) {
  return queryOptions({
    queryKey: ['admin', 'one message', id],
    queryFn: async ({ signal }) => {
      const path = `${root}message/`;
      const { results } = await api.get<ListPage<AdminMessage>>(path, { query: { id }, signal });
      return results[0] ?? null;
    },
  });
}

/** With its text, where that is allowed. The server writes this look into the log. */
export function lookAtMessage(api: ApiClient, id: number): Promise<AdminMessage> {
  return api.get<AdminMessage>(`${root}message/${id}/`);
}

export function deleteMessage(api: ApiClient, id: number): Promise<void> {
  return api.delete(`${root}message/${id}/`);
}

/** How many messages there are in each year, month or day of what the filters leave. */
export function datesQuery(api: ApiClient, filters: Filters) {
  const query = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
  return queryOptions({
    queryKey: ['admin', 'dates', filters],
    queryFn: async ({ signal }) => {
      const path = `${root}message/date/`;
      return (await api.get<{ results: DateCount[] }>(path, { query, signal })).results;
    },
    // The server counts behind the sends.
    refetchInterval: ({ state }) => (wantsPassword(state.error) ? false : 10_000),
  });
}

export function setReportClosed(api: ApiClient, id: number, closed: boolean): Promise<void> {
  return api.patch(`${root}report/${id}/`, { body: { closed } });
}
