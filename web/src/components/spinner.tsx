import css from './spinner.module.css';

/** Decoration: say in words beside it what is being waited for. */
export function Spinner() {
  return <span className={css.spinner} aria-hidden="true" />;
}
