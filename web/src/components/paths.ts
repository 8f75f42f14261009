export function conversationPath(peer: string): string {
  return `/c/${encodeURIComponent(peer)}/`;
}

/** The message at a place in a conversation. */
export function messagePath(peer: string, seq: number): string {
  return `${conversationPath(peer)}?at=${seq}`;
}

/** The place that `?at=` names, or `null`. */
export function placeIn(search: string): number | null {
  const at = Number(new URLSearchParams(search).get('at'));
  return Number.isSafeInteger(at) && at > 0 ? at : null;
}

/** The person in `/c/<username>/`, `null` at `/`, `undefined` anywhere else. */
export function peerIn(path: string): string | null | undefined {
  if (path === '/') return null;
  const [, encoded] = /^\/c\/([^/]+)\/?$/.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
