import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '@/api/client';
import type { InvitationList, NewInvitation } from '@/api/types';

const path = '/api/v1/admin/invitation/';

export const invitationsKey = ['invitations'] as const;

/** All invitations, the newest first. For superusers only. */
export function invitationsQuery(api: ApiClient) {
  return queryOptions({
    queryKey: invitationsKey,
    queryFn: ({ signal }) => api.get<InvitationList>(path, { signal }),
  });
}

/** Invites `email` alone, or, if that is empty, whoever has the link. */
export function invite(api: ApiClient, email: string, days: number): Promise<NewInvitation> {
  const wish = { expires_in_days: days };
  return api.post<NewInvitation>(path, { body: email === '' ? wish : { ...wish, email } });
}

export function withdraw(api: ApiClient, id: number): Promise<void> {
  return api.delete(`${path}${id}/`);
}
