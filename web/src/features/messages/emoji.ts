const mostLarge = 5;
/** What no emoji has in it, and nearly every other body has. */
const letter = /\p{L}/u;
let tools: { oneEmoji: RegExp | null; graphemes: Intl.Segmenter } | null = null;

/** How many emoji a body consists of, when it is nothing but a few of them; else 0. */
export function emojiCount(body: string): number {
  // The longest emoji are families and flags of some 35 code units.
  if (body.length > mostLarge * 36 || letter.test(body)) return 0;
  // Costly to make, and seldom needed.
  tools ??= {
    oneEmoji: matcher(),
    graphemes: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
  };
  const { oneEmoji, graphemes } = tools;
  if (!oneEmoji) return 0;
  let count = 0;
  for (const { segment } of graphemes.segment(body)) {
    if (/^\s+$/.test(segment)) continue;
    if (!oneEmoji.test(segment)) return 0;
    count += 1;
  }
  return count <= mostLarge ? count : 0;
}

/** Made at run time: a browser without the `v` flag shows emoji at text size. */
function matcher(): RegExp | null {
  try {
    return new RegExp('^\\p{RGI_Emoji}$', 'v');
  } catch {
    return null;
  }
}
