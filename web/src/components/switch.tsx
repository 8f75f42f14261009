import { useId, type ReactNode } from 'react';
import css from './switch.module.css';

interface Props {
  label: string;
  hint?: ReactNode;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** Something that is on or off, and takes effect at once. */
export function Switch({ label, hint, on, onChange }: Props) {
  const id = useId();
  return (
    <div className={css.place}>
      <div className={css.words}>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className={css.hint}>
            {hint}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={css.switch}
        checked={on}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
