import { memo, useState } from 'react';
import css from './avatar.module.css';

interface Props {
  username: string;
  name: string;
  /** Where the person's picture is, if there is one. */
  picture?: string | null | undefined;
  size?: 's' | 'm' | 'l';
  /** Shown as a dot; the words for it are the caller's. */
  online?: boolean;
}

const faces = 8;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Decoration beside a name: the person's picture, or initials on a colour that is always the same for a person. */
export const Avatar = memo(function Avatar(props: Props) {
  const { username, name, picture, size = 'm', online } = props;
  // One that cannot be loaded is as good as none.
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span className={css.avatar} data-size={size} data-face={faceOf(username)} aria-hidden="true">
      {picture && picture !== broken ? (
        <img
          className={css.picture}
          src={picture}
          alt=""
          decoding="async"
          draggable={false}
          onError={() => setBroken(picture)}
        />
      ) : (
        <span className={css.initials}>{initialsOf(name)}</span>
      )}
      {online && <span className={css.dot} />}
    </span>
  );
});

export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}\p{Emoji}]/u.test(word));
  const [first = name, ...rest] = words;
  const last = rest.at(-1);
  const initials = firstOf(first) + (last && isAlphabetic(first) ? firstOf(last) : '');
  return initials.toLocaleUpperCase();
}

function firstOf(word: string): string {
  const [first] = graphemes.segment(word);
  return first?.segment ?? '';
}

/** Two letters of a joined or ideographic script would make a word that nobody wrote. */
function isAlphabetic(word: string): boolean {
  return /^\p{Script=Latin}|^\p{Script=Cyrillic}|^\p{Script=Greek}/u.test(word);
}

function faceOf(username: string): number {
  let hash = 0;
  for (const letter of username) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return (hash % faces) + 1;
}
