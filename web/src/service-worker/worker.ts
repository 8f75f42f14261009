/**
 * Keeps the page's files, so that it opens without a server. It never keeps an
 * answer of the API: what people wrote is kept by the page, for whoever is
 * logged in. The build puts the names in; see build/service-worker.ts.
 */
declare const self: ServiceWorkerGlobalScope;
declare const BUILD: string;
declare const FILES: readonly string[];

const prefix = 'chatapp ';
/** The document without anything written into it, under an address that needs no session. */
const shell = '/offline/';
/** Milliseconds after which a page from here is better than one that may never come. */
const patience = 5_000;
/** What the server alone can answer. */
const notPages = /^\/(?:api|ws|health|metrics|logout)(?:\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([keep(), self.skipWaiting()]));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([forget(), self.clients.claim()]));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!notPages.test(url.pathname)) event.respondWith(page(request));
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(file(request));
  }
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { path } = event.notification.data as { path: string };
  event.waitUntil(show(path));
});

async function keep(): Promise<void> {
  const cache = await caches.open(prefix + BUILD);
  await cache.addAll([...FILES, new Request(shell, { cache: 'reload' })]);
}

/** Pages that are open may be of the version before; older files nobody needs. */
async function forget(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
  await Promise.all(names.slice(0, -2).map((name) => caches.delete(name)));
}

/** From the server, which knows the newest version; from here when it does not answer. */
async function page(request: Request): Promise<Response> {
  const kept = async () => await (await caches.open(prefix + BUILD)).match(shell);
  const answer = fetch(request).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
  const first = await Promise.race([answer, late]);
  if (first && ![502, 503, 504].includes(first.status)) return first;
  return (await kept()) ?? (await answer) ?? Response.error();
}

/** Files are named by their content, so a kept one is as good as the server's. */
async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? (await fetch(request));
}

async function show(path: string): Promise<void> {
  const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!window) {
    await self.clients.openWindow(path);
    return;
  }
  await window.focus();
  window.postMessage({ type: 'open', path });
}

export {};
