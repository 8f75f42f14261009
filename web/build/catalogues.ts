import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const catalogue = /\/src\/i18n\/locales\/[\w-]+\.json(\?\w+)?$/;

/** What no conversation says: each part is in a file of its own, which is asked for by `?name`. */
const parts: Record<string, RegExp> = {
  more: /^(account|settings|password|problem|blocking|reporting|copy)\./,
  admin: /^admin\./,
};

/** In which file a text is: `''` is what every page loads. */
export function partOf(key: string): string {
  return Object.entries(parts).find(([, keys]) => keys.test(key))?.[0] ?? '';
}

/**
 * Compiles the message catalogues while building, so that the browser carries
 * no parser for them and a malformed message breaks the build. Each is one file
 * for whoever writes it, and several for the browser.
 */
export function catalogues(): Plugin {
  return {
    name: 'chatapp:catalogues',
    enforce: 'pre',
    transform: {
      filter: { id: catalogue },
      handler(source, id) {
        const messages = JSON.parse(source) as Record<string, string>;
        const asked = id.split('?')[1] ?? '';
        const wanted = Object.entries(messages).filter(([key]) => partOf(key) === asked);
        const compiled = wanted.map(([key, text]) => [key, compileOne(text, `${id}: ${key}`)]);
        return {
          code: `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(compiled)))})`,
          map: null,
          moduleType: 'js',
        };
      },
    },
  };
}

function compileOne(text: string, where: string) {
  try {
    return compileMessageOrThrow(text);
  } catch (cause) {
    throw new Error(`malformed message in ${where}`, { cause });
  }
}
