import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useApi } from '@/api/api-context';
import { block, blockedKey, unblock } from '@/features/block/api';
import type { ChatEngine } from './chat-engine';

/** Blocks somebody, or lets them write again, and lets the conversation know. */
export function useBlock(engine: ChatEngine): (peer: string, blocked: boolean) => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  return useCallback(
    async (peer, blocked) => {
      await (blocked ? block(api, peer) : unblock(api, peer));
      engine.inbox.blocked(peer, blocked);
      await cache.invalidateQueries({ queryKey: blockedKey });
    },
    [api, cache, engine],
  );
}
