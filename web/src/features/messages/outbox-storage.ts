import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Outgoing } from './timeline';

export interface StoredOutgoing {
  clientId: string;
  owner: string;
  peer: string;
  body: string;
  writtenAt: number;
  failed: Outgoing['problem'];
}

/** Where messages rest until the server has them. */
export interface OutboxStorage {
  /** In the order of writing. */
  all(owner: string): Promise<StoredOutgoing[]>;
  put(outgoing: StoredOutgoing): Promise<void>;
  remove(clientId: string): Promise<void>;
  clear(owner: string): Promise<void>;
}

interface Schema extends DBSchema {
  outbox: { key: string; value: StoredOutgoing; indexes: { owner: string } };
}

const name = 'chatapp';
const version = 1;

/** Survives a reload, a crash and a day without network. */
export class IndexedOutbox implements OutboxStorage {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  async all(owner: string): Promise<StoredOutgoing[]> {
    const found = await (await this.#database()).getAllFromIndex('outbox', 'owner', owner);
    return found.sort((a, b) => a.writtenAt - b.writtenAt || (a.clientId < b.clientId ? -1 : 1));
  }

  async put(outgoing: StoredOutgoing): Promise<void> {
    await (await this.#database()).put('outbox', outgoing);
  }

  async remove(clientId: string): Promise<void> {
    await (await this.#database()).delete('outbox', clientId);
  }

  async clear(owner: string): Promise<void> {
    for (const { clientId } of await this.all(owner)) await this.remove(clientId);
  }

  #database(): Promise<IDBPDatabase<Schema>> {
    this.#opening ??= openDB<Schema>(name, version, {
      upgrade(database) {
        const outbox = database.createObjectStore('outbox', { keyPath: 'clientId' });
        outbox.createIndex('owner', 'owner');
      },
    });
    return this.#opening;
  }
}

/** For tests, and where the browser forbids storage. */
export class MemoryOutbox implements OutboxStorage {
  readonly #kept = new Map<string, StoredOutgoing>();

  all(owner: string): Promise<StoredOutgoing[]> {
    return Promise.resolve([...this.#kept.values()].filter((one) => one.owner === owner));
  }

  put(outgoing: StoredOutgoing): Promise<void> {
    this.#kept.set(outgoing.clientId, outgoing);
    return Promise.resolve();
  }

  remove(clientId: string): Promise<void> {
    this.#kept.delete(clientId);
    return Promise.resolve();
  }

  clear(owner: string): Promise<void> {
    for (const [id, one] of this.#kept) if (one.owner === owner) this.#kept.delete(id);
    return Promise.resolve();
  }
}
