import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { changeUser, listKey, userKey } from '@/features/admin/api';
import type { AdminUser, UserChange } from '@/features/admin/types';

/** Changes an account, here and wherever else it is shown. */
export function useChange({ username }: AdminUser): (change: UserChange) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  return async (change) => {
    cache.setQueryData(userKey(username), await changeUser(api, username, change));
    void cache.invalidateQueries({ queryKey: listKey('user') });
  };
}
