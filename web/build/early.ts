import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rolldown } from 'vite';
import { closure } from './budget.ts';

const source = fileURLToPath(new URL('../src/early.js', import.meta.url));
const chat = '/src/app/routes/chat.tsx';
const catalogue = /\/src\/i18n\/locales\/([\w-]+)\.json$/;

/**
 * Puts a small blocking script into the head. It chooses the theme, so that
 * nobody sees a white flash before the dark page, and asks at once for what
 * the chat will need: its code, its texts in one language, and its first
 * answers of the API. Module scripts run too late for either, and the content
 * policy allows no inline script.
 */
export function early(): Plugin {
  let path = '/src/early.js';
  return {
    name: 'chatapp:early',
    apply: 'build',
    generateBundle(_, bundle) {
      const code = earlyScript(bundle);
      const hash = createHash('sha256').update(code).digest('base64url').slice(0, 8);
      path = `/assets/early-${hash}.js`;
      this.emitFile({ type: 'asset', fileName: path.slice(1), source: code });
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: path }, injectTo: 'head-prepend' }],
    },
  };
}

/** The script, and before it the names of the files that it loads. */
export function earlyScript(bundle: Rolldown.OutputBundle): string {
  const chunks = new Map<string, Rolldown.OutputChunk>();
  for (const output of Object.values(bundle)) {
    if (output.type === 'chunk') chunks.set(output.fileName, output);
  }
  const all = [...chunks.values()];
  // The document names these itself.
  const start = closure(namesOf(all.filter(({ isEntry }) => isEntry)), chunks);
  const route = all.filter(({ facadeModuleId }) => facadeModuleId?.endsWith(chat));
  const files = closure(namesOf(route), chunks).filter((chunk) => !start.includes(chunk));
  const names = files.flatMap(({ fileName, viteMetadata }) => [
    fileName,
    ...(viteMetadata?.importedCss ?? []),
  ]);
  const texts = all.flatMap(({ facadeModuleId, fileName }) => {
    const [, language] = catalogue.exec(facadeModuleId ?? '') ?? [];
    return language ? [[language, `/${fileName}`]] : [];
  });
  const paths = JSON.stringify(names.map((name) => `/${name}`));
  const known = `const CHAT = ${paths};\nconst TEXTS = ${JSON.stringify(Object.fromEntries(texts))};\n`;
  const code = readFileSync(source, 'utf8').replace(/^\s*(?:\/\/|\/?\*).*\n/gm, '');
  // Nothing of it is seen from outside.
  return `(() => {\n${known}${code}})();\n`;
}

function namesOf(chunks: readonly Rolldown.OutputChunk[]): string[] {
  return chunks.map(({ fileName }) => fileName);
}
