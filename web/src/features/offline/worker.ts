const path = '/service-worker.js';

/** The part of Trusted Types that is used here; not every browser has them, nor does TypeScript. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => string };
}

/** What {@link scriptUrl} has made: a policy of a name is made once, however often registering is tried. */
let madeUrl: string | undefined;

/** The one script that is ever loaded by name: the policy lets through no other. */
function scriptUrl(): string {
  madeUrl ??= trusted(path);
  return madeUrl;
}

function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  return trustedTypes
    .createPolicy('chatapp-worker', { createScriptURL: () => url })
    .createScriptURL(url);
}

/** Goes where a notification leads that was clicked, until `signal` says otherwise. */
export function followNotifications(onOpen: (path: string) => void, signal: AbortSignal): void {
  if (!('serviceWorker' in navigator)) return;
  const listen = ({ data }: MessageEvent<unknown>) => {
    if (isOpen(data)) onOpen(data.path);
  };
  navigator.serviceWorker.addEventListener('message', listen, { signal });
}

/** Has the browser keep the page's files. Where it may not, the page works, but opens only online. */
export async function startWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  if (await navigator.serviceWorker.getRegistration()) return;
  await navigator.serviceWorker.register(scriptUrl());
}

/** Looks for a newer worker now, and not when the browser thinks of it. */
export async function renewWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await (await navigator.serviceWorker.getRegistration())?.update();
}

function isOpen(data: unknown): data is { type: 'open'; path: string } {
  if (typeof data !== 'object' || data === null) return false;
  const { type, path: to } = data as Record<string, unknown>;
  return type === 'open' && typeof to === 'string' && to.startsWith('/');
}
