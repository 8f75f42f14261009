import type { Page } from '@playwright/test';

/** The keys of what a page keeps on the device, in one store of one database. */
export function kept(page: Page, database: string, store: string): Promise<IDBValidKey[]> {
  return page.evaluate(
    async ([database, store]) => {
      const names = await indexedDB.databases();
      // To open one that is not there would make it, without what the page puts into it.
      if (!names.some(({ name }) => name === database)) return [];
      return await new Promise<IDBValidKey[]>((answer, refuse) => {
        const opening = indexedDB.open(database);
        opening.onerror = () => refuse(new Error(`${database} cannot be opened`));
        opening.onsuccess = () => {
          const all = opening.result.transaction(store).objectStore(store).getAllKeys();
          all.onsuccess = () => answer(all.result);
          opening.result.close();
        };
      });
    },
    [database, store] as const,
  );
}
