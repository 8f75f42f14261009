import { useSyncExternalStore } from 'react';

/** What a mailed link has behind its `#`, which no server ever sees; empty if there is nothing. */
export function useLinkToken(): string {
  return useSyncExternalStore(subscribe, linkToken);
}

function linkToken(): string {
  return window.location.hash.slice(1);
}

/** A second link that is pasted into the same tab changes the address without loading the page. */
function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** What was used is not left in the address or the history. */
export function forgetLinkToken(): void {
  window.history.replaceState(window.history.state, '', window.location.pathname);
}

/** The token in whatever somebody pasted: the whole link or what is behind its `#`. */
export function tokenIn(pasted: string): string {
  const text = pasted.trim();
  return text.slice(text.lastIndexOf('#') + 1);
}
