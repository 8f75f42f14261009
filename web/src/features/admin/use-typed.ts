import { useEffect, useRef, useState } from 'react';

/** Pause in typing after which the server is asked. */
const pause = 250;

/** A text that takes effect once nobody types any more; another value from elsewhere takes its place. */
export function useTyped(value: string, onSettled: (value: string) => void) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    const settled = text.trim();
    timer.current = setTimeout(
      () => {
        // What comes back from the address is nothing new.
        setKnown(settled);
        onSettled(settled);
      },
      text === '' ? 0 : pause,
    );
  };
  return [typed, type] as const;
}
