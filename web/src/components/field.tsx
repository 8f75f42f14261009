import { useId, useState, type ComponentProps, type ReactNode } from 'react';
import { useText } from '@/i18n/use-text';
import css from './field.module.css';
import { EyeIcon } from './icons';

interface FieldProps extends Omit<ComponentProps<'input'>, 'children'> {
  label: string;
  /** The field's name in what is sent, and in what the server says of it. */
  name: string;
  /** Below the field: what it is for, while there is nothing else to say. */
  hint?: string;
  /** Below the field, instead of the hint, and read out: what is wrong with it. */
  error?: string | undefined;
  /** Below the field, read out: that it is right. */
  good?: string | undefined;
  /** Below the field, whatever else is said. */
  below?: ReactNode;
  /** At the end of the field, inside of it. */
  end?: ReactNode;
}

/** One line to fill in, with its name, and with what there is to say of it. */
export function Field({ label, hint, error, good, below, end, className, ...input }: FieldProps) {
  const id = useId();
  const says = error ?? good;
  return (
    <div className={[css.field, className].filter(Boolean).join(' ')}>
      <label htmlFor={id}>{label}</label>
      <div className={css.box} data-ends={end !== undefined}>
        <input
          {...input}
          id={id}
          className={css.input}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-says ${id}-hint`}
        />
        {end}
      </div>
      <p id={`${id}-says`} className={css.says} data-wrong={error !== undefined} aria-live="polite">
        {says}
      </p>
      <div id={`${id}-hint`} className={css.hint}>
        {says === undefined && hint}
        {below}
      </div>
    </div>
  );
}

/** The same for a password, which can be looked at. */
export function PasswordField(props: Omit<FieldProps, 'type' | 'end'>) {
  const t = useText();
  const [visible, setVisible] = useState(false);
  const label = visible ? t('login.hidePassword') : t('login.showPassword');
  return (
    <Field
      autoCapitalize="none"
      spellCheck={false}
      {...props}
      type={visible ? 'text' : 'password'}
      end={
        <button
          type="button"
          className={css.eye}
          aria-label={label}
          onClick={() => setVisible(!visible)}
        >
          <EyeIcon crossed={visible} />
        </button>
      }
    />
  );
}
