export function conversationPath(peer: string): string {
  return `/c/${encodeURIComponent(peer)}/`;
}
