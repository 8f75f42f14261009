import { useEffect, useId, useRef } from 'react';
import { SearchField } from '@/components/search-field';
import css from './filter-fields.module.css';
import { useTyped } from './use-typed';

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Longer than any name, and than what the server looks for. */
const longest = 150;

/** What to look for. `/` and Ctrl+K lead here. */
export function SearchFilter({ label, value, onChange }: FieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, type] = useTyped(value, onChange);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!wantsSearch(event) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  return (
    <div className={css.search}>
      <SearchField ref={field} label={label} value={typed} onChange={type} longest={longest} />
    </div>
  );
}

function wantsSearch({ key, target, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey) return key.toLowerCase() === 'k';
  const typing = target instanceof HTMLElement && target.matches('input, textarea, select');
  return key === '/' && !altKey && !typing;
}

/** A name, exactly. */
export function NameFilter({ label, value, onChange }: FieldProps) {
  const id = useId();
  const [typed, type] = useTyped(value, onChange);
  return (
    <div className={css.filter}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={typed}
        dir={typed === '' ? undefined : 'auto'}
        maxLength={longest}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  );
}

interface ChoiceProps extends FieldProps {
  choices: readonly { value: string; label: string }[];
}

/** One of a few. */
export function ChoiceFilter({ label, value, choices, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className={css.filter}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}
