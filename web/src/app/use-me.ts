import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/api-context';
import { meQuery } from '@/api/me';
import type { Me } from '@/api/types';
import type { ChatEngine } from './chat-engine';

/** Who is logged in, as last heard of. */
export function useMe(engine: ChatEngine): Me {
  return useQuery(meQuery(useApi())).data ?? engine.me;
}
