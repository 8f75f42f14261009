import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const text = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;
const worthwhile = 512;

/**
 * Packs each text file of the finished build: a `.br` and a `.gz` beside it. In `assets`, where nearly everything is, they are
 * instead of it: the server unpacks one for whoever takes neither, and need not have it a third time.
 */
export function precompress(): Plugin {
  let folder = 'dist';
  return {
    name: 'chatapp:precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && text.test(entry.name));
      const assets = join(folder, 'assets');
      await Promise.all(
        files.map((file) => compress(join(file.parentPath, file.name), file.parentPath === assets)),
      );
    },
  };
}

async function compress(path: string, isReplaced: boolean) {
  const content = await readFile(path);
  if (content.length < worthwhile) return;
  const br = await compressed(content);
  const gz = await promisify(gzip)(content, { level: 9 });
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
  if (isReplaced) await rm(path);
}

/** `content` as browsers that know brotli get it. */
export function compressed(content: Buffer): Promise<Buffer> {
  return promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}
