import { useEffect, useRef, useState } from 'react';
import { useText } from '@/i18n/use-text';
import { Button } from './button';
import css from './copy-field.module.css';
import { CheckIcon } from './icons';
import { CopyIcon } from './section-icons';

/** How long it says that the copy was made. */
const shown = 2_500;

/** Something to take along: it can be copied, or marked and copied by hand where that is not allowed. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shown);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // It is marked: the keyboard can copy it.
    }
  };
  return (
    <div className={css.place}>
      <input
        ref={field}
        className={css.value}
        aria-label={label}
        value={value}
        readOnly
        dir="ltr"
        onFocus={(event) => event.target.select()}
      />
      <Button onClick={() => void copy()}>
        {copied ? <CheckIcon size={18} /> : <CopyIcon />}
        {t(copied ? 'copy.done' : 'copy.action')}
      </Button>
      <span role="status" className="visually-hidden">
        {copied && t('copy.done')}
      </span>
    </div>
  );
}
