/**
 * Where to go after logging in: a path on this origin and nothing else, so that
 * a link to the log-in page cannot send anyone elsewhere.
 */
export function nextPath(search: string, origin: string = window.location.origin): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  if (!next.startsWith('/')) return '/';
  try {
    const target = new URL(next, origin);
    if (target.origin !== origin || target.pathname.startsWith('//')) return '/';
    if (/^\/log(in|out)\b/.test(target.pathname)) return '/';
    return target.pathname + target.search + target.hash;
  } catch {
    return '/';
  }
}

export function loginPath(from: string): string {
  return from === '/' ? '/login/' : `/login/?next=${encodeURIComponent(from)}`;
}
