export const sections = ['overview', 'users', 'messages', 'reports', 'invitations', 'log'] as const;

export type AdminSection = (typeof sections)[number];

export interface AdminPlace {
  section: AdminSection;
  /** The person or message in it that is shown, if one is. */
  item: string | null;
}

export function sectionPath(section: AdminSection, filters: Record<string, string> = {}): string {
  const path = section === 'overview' ? '/admin/' : `/admin/${section}/`;
  const query = new URLSearchParams(filters).toString();
  return query === '' ? path : `${path}?${query}`;
}

export function userPagePath(username: string): string {
  return `/admin/users/${encodeURIComponent(username)}/`;
}

export function messagePagePath(id: number): string {
  return `/admin/messages/${id}/`;
}

/** What an address under `/admin/` shows, or `null` when nothing is there. */
export function placeIn(path: string): AdminPlace | null {
  const [name = '', encoded, ...rest] = path.replace(/^\/admin\/?|\/$/g, '').split('/');
  if (rest.length > 0) return null;
  if (name === '') return { section: 'overview', item: null };
  const section = sections.find((one) => one === name && one !== 'overview');
  if (!section) return null;
  if (encoded === undefined) return { section, item: null };
  const item = decoded(encoded);
  if (section === 'users') return item ? { section, item } : null;
  return section === 'messages' && item && /^\d{1,18}$/.test(item) ? { section, item } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
