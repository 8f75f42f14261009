import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '@/components/button';
import { SendIcon } from '@/components/icons';
import { useText } from '@/i18n/use-text';
import css from './composer.module.css';
import { codePoints } from './length';

interface Props {
  name: string;
  /** In code points. */
  limit: number;
  initialText: string;
  onChange: (text: string) => void;
  onSend: (body: string) => void;
  /** Where a keyboard on the screen would not cover half the page. */
  focusAtOnce: boolean;
}

/** The counter appears when so many are left. */
const near = 200;

/** Mounted once for each conversation. */
export function Composer({ name, limit, initialText, onChange, onSend, focusAtOnce }: Props) {
  const t = useText();
  const [text, setText] = useState(initialText);
  const field = useRef<HTMLTextAreaElement>(null);
  const body = text.toWellFormed().trim();
  const left = limit - codePoints(body);
  const sendable = body !== '' && left >= 0;

  useEffect(() => {
    if (focusAtOnce) field.current?.focus();
  }, [focusAtOnce]);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const change = (value: string) => {
    setText(value);
    onChange(value);
  };
  const send = () => {
    field.current?.focus();
    if (!sendable) return;
    onSend(body);
    change('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className={css.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={css.box}>
        <textarea
          ref={field}
          className={css.field}
          rows={1}
          // Without a letter, the direction is that of the page.
          dir={text === '' ? undefined : 'auto'}
          aria-label={t('composer.label', { name })}
          placeholder={t('composer.placeholder')}
          value={text}
          enterKeyHint="send"
          autoComplete="off"
          aria-invalid={left < 0 || undefined}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {left <= near && (
          <span className={css.counter} data-over={left < 0} role="status">
            {left < 0 ? t('composer.over', { count: -left }) : t('composer.left', { count: left })}
          </span>
        )}
      </div>
      <Button
        type="submit"
        className={css.send}
        aria-label={t('composer.send')}
        aria-disabled={!sendable}
      >
        <SendIcon />
      </Button>
    </form>
  );
}
