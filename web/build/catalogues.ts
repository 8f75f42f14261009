import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';

const catalogue = /\/src\/i18n\/locales\/[\w-]+\.json$/;

/**
 * Compiles the message catalogues while building, so that the browser carries
 * no parser for them and a malformed message breaks the build.
 */
export function catalogues(): Plugin {
  return {
    name: 'chatapp:catalogues',
    enforce: 'pre',
    transform: {
      filter: { id: catalogue },
      handler(source, id) {
        const messages = JSON.parse(source) as Record<string, string>;
        const compiled = Object.entries(messages).map(([key, text]) => [
          key,
          compileOne(text, `${id}: ${key}`),
        ]);
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
