import { useLocation, useSearch } from 'wouter';
import { usePathname } from 'wouter/use-browser-location';

/** What a list is filtered by, which is in the address: it survives a reload, the way back, and being sent to somebody. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const path = usePathname();
  const [, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const filters = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as Record<
    Name,
    string
  >;
  const change = (changed: Partial<Record<Name, string>>) => {
    // As the address is by then: what somebody typed takes effect later than what they chose meanwhile.
    const query = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries<string | undefined>(changed)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    navigate(text === '' ? path : `${path}?${text}`, { replace: true });
  };
  return [filters, change] as const;
}
