import { linkifyit } from 'linkify-it';

export type BodyPart =
  { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/** One of these is in every link. */
const hint = /[.:]/;
let finder: ReturnType<typeof makeFinder> | null = null;

/** Cuts a body into plain text and links. Only `http` and `https` lead anywhere. */
export function bodyParts(body: string): BodyPart[] {
  if (body !== '' && !hint.test(body)) return [{ kind: 'text', text: body }];
  // Costly to make, so not before it is needed.
  finder ??= makeFinder();
  const parts: BodyPart[] = [];
  let end = 0;
  for (const match of finder.match(body) ?? []) {
    const href = safeHref(match.url);
    if (href === null) continue;
    if (match.index > end) parts.push({ kind: 'text', text: body.slice(end, match.index) });
    parts.push({ kind: 'link', text: body.slice(match.index, match.lastIndex), href });
    end = match.lastIndex;
  }
  if (end < body.length) parts.push({ kind: 'text', text: body.slice(end) });
  return parts;
}

function makeFinder() {
  const made = linkifyit({ fuzzyLink: true, fuzzyEmail: false, fuzzyIP: false });
  made.add('ftp:', null);
  made.add('mailto:', null);
  made.add('//', null);
  return made;
}

function safeHref(url: string): string | null {
  try {
    const { protocol, href } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}
