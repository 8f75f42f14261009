/** Parts of a catalogue, see `build/catalogues.ts`. */
declare module '*.json?more' {
  import type { Messages } from '@lingui/core';

  const messages: Messages;
  export default messages;
}

declare module '*.json?admin' {
  import type { Messages } from '@lingui/core';

  const messages: Messages;
  export default messages;
}
