import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../src/service-worker/worker.ts', import.meta.url));
/** Where the document says of which build it is. Scripts cannot: their names would not change with it. */
export const placeholder = '@@the-build@@';

/**
 * Adds the service worker, which knows by name what the build has made, and
 * `version.json`, by which an open page finds out that it is out of date. Both
 * are asked for anew each time, so they have no hash in their name.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'chatapp:service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
        const build = fingerprint(files);
        const page = bundle['index.html'];
        if (page?.type !== 'asset')
          return this.error('there is no index.html to name the build in');
        page.source = page.source.toString().replace(placeholder, build);
        const emit = (fileName: string, content: string) =>
          this.emitFile({ type: 'asset', fileName, source: content });
        emit('version.json', JSON.stringify({ build }));
        const paths = files.map((name) => `/${name}`);
        emit('service-worker.js', workerFor(build, [...paths, '/favicon.svg']));
      },
    },
  };
}

/** The names hold hashes of the contents. */
export function fingerprint(files: readonly string[]): string {
  const hash = createHash('sha256').update([...files].sort().join('\n'));
  return hash.digest('base64url').slice(0, placeholder.length);
}

export function workerFor(build: string, files: readonly string[]): string {
  const { outputText } = transpileModule(readFileSync(source, 'utf8'), {
    compilerOptions: {
      target: ScriptTarget.ES2022,
      module: ModuleKind.ESNext,
      removeComments: true,
    },
  });
  const known = `const BUILD = ${JSON.stringify(build)};\nconst FILES = ${JSON.stringify(files)};\n`;
  return known + outputText.replace(/^export \{\};\n/m, '');
}
