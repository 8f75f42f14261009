import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const catalogue = /\/src\/i18n\/locales\/[\w-]+\.json(\?more)?$/;

/** What no conversation says: it is in a file apart, which `?more` asks for. */
const more = /^(account|settings|password|problem|blocking|reporting|copy)\./;

/**
 * Compiles the message catalogues while building, so that the browser carries
 * no parser for them and a malformed message breaks the build. Each is one file
 * for whoever writes it, and two for the browser.
 */
export function catalogues(): Plugin {
  return {
    name: 'chatapp:catalogues',
    enforce: 'pre',
    transform: {
      filter: { id: catalogue },
      handler(source, id) {
        const messages = JSON.parse(source) as Record<string, string>;
        const asked = id.endsWith('?more');
        const wanted = Object.entries(messages).filter(([key]) => more.test(key) === asked);
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
