// Runs before the first paint, and while the page's own code is still on its way; see build/early.ts, which puts in
// what the chat is made of (CHAT, TEXTS). Whatever fails here, the page does for itself a little later.
/* global CHAT, TEXTS */
try {
  const theme = localStorage.getItem('chatapp.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is then the right one.
}
try {
  const chat = /^\/(?:c\/([^/]+)\/?)?$/.exec(location.pathname);
  if (chat) {
    [...CHAT, TEXTS[language()]].forEach(load);
    ask(chat[1] === undefined ? null : decodeURIComponent(chat[1]));
  }
} catch {
  // A malformed address.
}

/** @param {string} path */
function load(path) {
  const link = document.createElement('link');
  const style = path.endsWith('.css');
  link.rel = style ? 'preload' : 'modulepreload';
  if (style) link.as = 'style';
  link.crossOrigin = '';
  link.href = path;
  document.head.append(link);
}

/** As `preferredLanguage` chooses. */
function language() {
  let chosen = null;
  try {
    chosen = localStorage.getItem('chatapp.language');
  } catch {
    // Forbidden.
  }
  const spoken = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]);
  return [chosen, ...spoken].find((name) => Object.hasOwn(TEXTS, name)) ?? 'en';
}

/**
 * Asks for what the chat shows first: `src/api/head-start.ts` hands it over. Where the event stream stands has to be
 * known first: what happens after that, the socket tells.
 * @param {string | null} peer
 */
function ask(peer) {
  const get = (path) => fetch(path, { headers: { Accept: 'application/json' } });
  const standing = get('/api/v1/event/');
  const started = new Map([
    ['/api/v1/event/', standing],
    ['/api/v1/me/', get('/api/v1/me/')],
  ]);
  const afterwards = ['/api/v1/conversation/?limit=50'];
  if (peer !== null) afterwards.push(`/api/v1/user/${encodeURIComponent(peer)}/`);
  // Who goes to a message in the middle does not begin at the end.
  if (peer !== null && !location.search.includes('at=')) {
    const range = { target: peer, before_seq: String(Number.MAX_SAFE_INTEGER) };
    afterwards.push(`/api/v1/message/?${new URLSearchParams(range)}`);
  }
  for (const path of afterwards) {
    const answer = standing.then(({ ok }) => (ok ? get(path) : Promise.reject(new Error(path))));
    started.set(path, answer);
  }
  // One that nobody takes over is nobody's failure.
  started.forEach((answer) => answer.catch(() => undefined));
  window.headStart = started;
}
