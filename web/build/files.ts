/** What is known of a module: which others it cannot do without. */
export interface Module {
  importedIds: readonly string[];
}

export type FindModule = (id: string) => Module | null;

const routes = '/src/app/routes/';
const packages = '/node_modules/';

/**
 * Which file a module of ours is built into, beside what only one screen uses.
 * A chat opens with three files instead of thirty: a browser without HTTP/2
 * asks for six at a time, and many small ones compress badly.
 */
export function fileOf(source: string): (id: string, find: FindModule) => string | null {
  const entry = `${source}/main.tsx`;
  const screen = (name: string) => `${source.replace(/\/src$/, '')}${routes}${name}.tsx`;
  return (id, find) => {
    if (id === entry || !id.startsWith(source)) return null;
    const reaches = (from: string) => reachedFrom(from, find).has(id);
    const chat = reaches(screen('chat'));
    const before = reaches(screen('log-in')) || reaches(screen('account'));
    if (reaches(entry) || (chat && before)) return 'page';
    return chat ? 'chat' : null;
  };
}

/** A module and everything that is loaded with it. */
export function reachedFrom(start: string, find: FindModule): Set<string> {
  const reached = new Set<string>();
  const visit = (id: string) => {
    if (reached.has(id) || id.includes(packages)) return;
    reached.add(id);
    find(id)?.importedIds.forEach(visit);
  };
  visit(start);
  return reached;
}
