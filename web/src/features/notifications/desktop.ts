import type { Notice } from './notifier';

const icon = '/icon-192.png';
const tagOf = (peer: string) => `chatapp ${peer}`;

interface Options extends Notice {
  path: string;
  /** Goes there, in this page. */
  onOpen: (path: string) => void;
}

/** One notification a conversation: a later one takes its place. */
export async function showOnDesktop({ peer, title, body, path, onOpen }: Options): Promise<void> {
  const options = { body, icon, tag: tagOf(peer), data: { path }, renotify: true };
  const worker = await activeWorker();
  // Telephones show notifications of a worker only; it also outlives the page.
  if (worker) {
    await worker.showNotification(title, options);
    return;
  }
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    onOpen(path);
    shown.close();
  };
}

/** It has been read: here, or on another device. */
export async function takeBack(peer: string): Promise<void> {
  const shown = (await (await activeWorker())?.getNotifications({ tag: tagOf(peer) })) ?? [];
  shown.forEach((one) => one.close());
}

async function activeWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!('serviceWorker' in navigator)) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.active ? registration : null;
}

/** Of several pages of one browser, one tells of news. `true` once this is the one. */
export function becomeTheOne(signal: AbortSignal): () => boolean {
  // A browser without locks tells once a page, which is better than not at all.
  if (!('locks' in navigator)) return () => true;
  let chosen = false;
  const untilTheEnd = () =>
    new Promise<void>((end) => {
      chosen = true;
      signal.addEventListener('abort', () => end());
    });
  navigator.locks.request('chatapp.notifier', { signal }, untilTheEnd).catch(() => undefined);
  return () => chosen;
}
