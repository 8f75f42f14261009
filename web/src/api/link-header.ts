/**
 * The target of `rel="next"` in an RFC 8288 `Link` header, as a path on this
 * origin: a server behind a proxy may know itself by another host.
 */
export function nextLink(header: string | null): string | undefined {
  for (const match of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const [, target = '', parameters = ''] = match;
    const [, quoted, token] = /;\s*rel=(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? [];
    const relations = (quoted ?? token ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return pathOf(target);
  }
  return undefined;
}

/** Path and query of an absolute or relative URL. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://page.invalid');
  return pathname + search;
}
