/** How far a download of everything has got. */
export interface Progress {
  messages: number;
  of: number;
}

const newline = 10;
const enough = 200;

/** It broke off on the way: what came is no whole document. */
export class Incomplete extends Error {
  override readonly name = 'Incomplete';
}

/**
 * Reads the document to its end. It begins with how many messages there are, and each stands on a line of its own, so
 * lines tell how far it has got. Fails if it ends in the middle.
 */
export async function readExport(
  stream: ReadableStream<Uint8Array>,
  onProgress: (progress: Progress) => void,
): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let beginning = '';
  let ending = '';
  let lines = 0;
  let of: number | undefined;
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value as Uint8Array<ArrayBuffer>);
    lines += value.reduce((sum, byte) => (byte === newline ? sum + 1 : sum), 0);
    const text = decoder.decode(value, { stream: true });
    if (of === undefined) {
      beginning = (beginning + text).slice(0, enough);
      of = countIn(beginning);
    }
    ending = (ending + text).slice(-enough);
    if (of !== undefined) onProgress({ messages: Math.min(lines, of), of });
  }
  if (of === undefined || !/\]\}\s*$/.test(ending)) throw new Incomplete('the export broke off');
  return new Blob(pieces, { type: 'application/json' });
}

function countIn(beginning: string): number | undefined {
  const [, count] = /^\{\s*"message_count":\s*(\d+)\s*,/.exec(beginning) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** Gives a file to whoever asked for it, as the browser does with downloads. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
