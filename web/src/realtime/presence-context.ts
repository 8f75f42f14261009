import { createContext, use, useSyncExternalStore } from 'react';
import type { Presence } from './presence';

export const PresenceContext = createContext<Presence | null>(null);

export function usePresence(username: string): { online: boolean; typing: boolean } {
  const presence = use(PresenceContext);
  if (!presence) throw new Error('no PresenceContext above this component');
  const { online, typing } = presence;
  return {
    online: useSyncExternalStore(online.subscribe, () => online.get().get(username) ?? false),
    typing: useSyncExternalStore(typing.subscribe, () => typing.get().has(username)),
  };
}
