import { createContext, use, useSyncExternalStore } from 'react';
import type { Presence } from './presence';

export const PresenceContext = createContext<Presence | null>(null);

export function usePresence(username: string): { online: boolean; typing: boolean } {
  const presence = usePresenceStore();
  const { online, typing } = presence;
  return {
    online: useSyncExternalStore(online.subscribe, () => online.get().get(username) ?? false),
    typing: useSyncExternalStore(typing.subscribe, () => typing.get().has(username)),
  };
}

/** `undefined` when it is not known, or not shared. */
export function useLastSeen(username: string): Date | undefined {
  const { lastSeen } = usePresenceStore();
  return useSyncExternalStore(lastSeen.subscribe, () => lastSeen.get().get(username));
}

function usePresenceStore(): Presence {
  const presence = use(PresenceContext);
  if (!presence) throw new Error('no PresenceContext above this component');
  return presence;
}
