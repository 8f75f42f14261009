import type { Plugin } from 'vite';
import { compressed } from './precompress.ts';

/** What the chat may load in all, in bytes of brotli: 120 KiB. */
const limit = 120 * 1024;
const chat = '/src/app/routes/chat.tsx';
const catalogue = /\/src\/i18n\/locales\/[\w-]+\.json$/;

/** A built file of JavaScript, and which others it cannot do without. */
export interface Chunk {
  name: string;
  code: string;
  imports: readonly string[];
}

/** Fails the build when opening a conversation would load more JavaScript than it should, and says how much it is. */
export function budget(): Plugin {
  return {
    name: 'chatapp:budget',
    apply: 'build',
    async writeBundle(_, bundle) {
      const chunks = new Map<string, Chunk>();
      const start: string[] = [];
      const catalogues: Chunk[] = [];
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        const { fileName: name, code, imports, facadeModuleId } = output;
        const chunk = { name, code, imports };
        chunks.set(name, chunk);
        if (facadeModuleId && catalogue.test(facadeModuleId)) catalogues.push(chunk);
        else if (output.isEntry || facadeModuleId?.endsWith(chat)) start.push(name);
      }
      if (start.length < 2) this.error('the chat is not a chunk of its own any more');
      const needed = closure(start, chunks);
      // The texts of one language, whichever has the most.
      const language = Math.max(0, ...(await Promise.all(catalogues.map(size))));
      const total = sum(await Promise.all(needed.map(size))) + language;
      const words = `the chat loads ${kibibytes(total)} of JavaScript (brotli, ${needed.length + 1} files; limit ${kibibytes(limit)})`;
      if (total > limit) this.error(words);
      this.info(words);
    },
  };
}

/** Everything that is loaded when `start` is. */
export function closure<C extends Pick<Chunk, 'imports'>>(
  start: readonly string[],
  chunks: ReadonlyMap<string, C>,
): C[] {
  const found = new Set<C>();
  const visit = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    chunk.imports.forEach(visit);
  };
  start.forEach(visit);
  return [...found];
}

async function size({ code }: Chunk): Promise<number> {
  return (await compressed(Buffer.from(code))).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
