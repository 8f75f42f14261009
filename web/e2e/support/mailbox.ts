import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';

/** The mail for one address, in the folder that the server writes mail into. */
export class Mailbox {
  readonly #folder: string;
  readonly #address: string;

  constructor(folder: string, address: string) {
    this.#folder = folder;
    this.#address = address;
  }

  /** The link to `path` in the newest mail that has one, once it is there. */
  async link(path: string): Promise<string> {
    let link: string | undefined;
    const look = async () => {
      const links = (await this.#mails()).map((mail) => linkIn(mail, path));
      link = links.findLast((one) => one !== undefined);
      return link;
    };
    await expect.poll(look, `a mail with a link to ${path}`).toBeDefined();
    return link ?? '';
  }

  /** Oldest first. One that is still being written is none yet: it ends with its last boundary. */
  async #mails(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const files = await Promise.all(
      names
        .filter((name) => name.endsWith('.eml'))
        .map((name) => readFile(join(this.#folder, name), 'utf8')),
    );
    return files
      .filter((text) => /--\s*$/.test(text) && text.includes(this.#address))
      .sort((a, b) => sentAt(a) - sentAt(b));
  }
}

function sentAt(mail: string): number {
  return Date.parse(/^Date: (.*)$/m.exec(mail)?.[1] ?? '');
}

function linkIn(mail: string, path: string): string | undefined {
  const text = mail
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return new RegExp(`http://[^\\s"<>]*${path}#[\\w-]+`).exec(text)?.[0];
}
