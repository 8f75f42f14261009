export interface SnippetPart {
  text: string;
  found: boolean;
}

/** How much of the text before the first match is shown: enough to know where one is. */
const before = 24;
const longest = 160;

/** One line of `body` that begins shortly before the first match, cut where matches begin and end. */
export function snippetOf(
  body: string,
  matches: readonly (readonly number[])[] = [],
): SnippetPart[] {
  const letters = Array.from(body);
  const first = matches[0]?.[0] ?? 0;
  const start = startNear(letters, first);
  const end = Math.min(letters.length, start + longest);
  const parts: SnippetPart[] = [];
  const add = (from: number, to: number, found: boolean) => {
    const text = letters.slice(from, to).join('').replace(/\s+/gu, ' ').toWellFormed();
    if (text !== '') parts.push({ text, found });
  };
  if (start > 0) parts.push({ text: '…', found: false });
  let at = start;
  for (const [from = 0, to = 0] of matches) {
    if (from < at || from >= end) continue;
    add(at, from, false);
    at = Math.min(to, end);
    add(from, at, true);
  }
  add(at, end, false);
  if (end < letters.length) parts.push({ text: '…', found: false });
  return parts;
}

/** The beginning of a word, if there is one nearby. */
function startNear(letters: readonly string[], first: number): number {
  if (first <= before) return 0;
  const from = first - before;
  const space = letters.slice(from, first).findIndex((letter) => /\s/u.test(letter));
  return space < 0 ? from : from + space + 1;
}
