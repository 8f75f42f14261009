import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

interface Kept {
  owner: string;
  name: string;
  value: unknown;
}

interface Schema extends DBSchema {
  kept: { key: [string, string]; value: Kept };
  person: { key: 'me'; value: unknown };
}

/** What was last seen of things, by name, for the one person who is logged in here. */
export interface Snapshots {
  /** Who they are of, if anybody was here. */
  person(): Promise<unknown>;
  /** From now on they are of somebody, and what was of anybody else is gone. */
  begin(owner: string, person: unknown): Promise<void>;
  get(owner: string, name: string): Promise<unknown>;
  put(owner: string, name: string, value: unknown): Promise<void>;
  clear(): Promise<void>;
}

/** Kept by the browser until logging out. Where it may not, nothing is kept and nothing fails. */
export class IndexedSnapshots implements Snapshots {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;
  /** What is asked for while somebody else's things are being put away waits for that. */
  #begun: Promise<void> = Promise.resolve();

  async person(): Promise<unknown> {
    return await this.#try(async (database) => await database.get('person', 'me'));
  }

  begin(owner: string, person: unknown): Promise<void> {
    this.#begun = this.#begin(owner, person);
    return this.#begun;
  }

  async #begin(owner: string, person: unknown): Promise<void> {
    await this.#try(async (database) => {
      const known = (await database.get('person', 'me')) as { username?: string } | undefined;
      if (known && known.username !== owner) await database.clear('kept');
      await database.put('person', person, 'me');
    });
  }

  async get(owner: string, name: string): Promise<unknown> {
    await this.#begun;
    const found = await this.#try((database) => database.get('kept', [owner, name]));
    return found?.value;
  }

  async put(owner: string, name: string, value: unknown): Promise<void> {
    await this.#begun;
    await this.#try((database) => database.put('kept', { owner, name, value }));
  }

  async clear(): Promise<void> {
    await this.#begun;
    await this.#try(async (database) => {
      await Promise.all([database.clear('kept'), database.clear('person')]);
    });
  }

  async #try<T>(job: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    try {
      this.#opening ??= openDB<Schema>('chatapp-snapshots', 1, {
        upgrade(database) {
          database.createObjectStore('kept', { keyPath: ['owner', 'name'] });
          database.createObjectStore('person');
        },
      });
      return await job(await this.#opening);
    } catch {
      return undefined;
    }
  }
}
