import type { Ref } from 'react';
import { useText } from '@/i18n/use-text';
import { CloseIcon, SearchIcon } from './icons';
import css from './search-field.module.css';

interface Props {
  ref?: Ref<HTMLInputElement>;
  label: string;
  value: string;
  onChange: (value: string) => void;
  longest: number;
}

export function SearchField({ ref, label, value, onChange, longest }: Props) {
  const t = useText();
  return (
    <div className={css.field} role="search">
      <SearchIcon />
      <input
        ref={ref}
        type="search"
        className={css.input}
        aria-label={label}
        placeholder={label}
        value={value}
        // Without a letter, the direction is that of the page.
        dir={value === '' ? undefined : 'auto'}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={longest}
        enterKeyHint="search"
        onChange={(event) => onChange(event.target.value)}
      />
      {value !== '' && (
        <button
          type="button"
          className={css.clear}
          aria-label={t('search.clear')}
          onClick={() => onChange('')}
        >
          <CloseIcon size={16} />
        </button>
      )}
    </div>
  );
}
