import css from './logo.module.css';

/** Two people, one conversation: the sign of the product. */
export function Logo({ size = 40 }: { size?: number }) {
  return (
    <svg
      className={css.logo}
      width={size}
      height={size}
      viewBox="0 0 48 48"
      aria-hidden="true"
      focusable="false"
    >
      <path
        className={css.theirs}
        d="M20 4C10.6 4 4 10.2 4 18c0 3.6 1.4 6.7 3.7 9.100L6.4 33.200c-.2 1 .8 1.8 1.7 1.300l6-2.900c1.9.5 3.9.8 5.9.8 9.4 0 16-6.4 16-14.400S29.4 4 20 4Z"
      />
      <path
        className={css.mine}
        d="M31 17.500c7.3 0 13 5 13 11.4 0 2.9-1.1 5.4-3 7.300l1 4.800c.2 1-.8 1.8-1.7 1.300l-4.8-2.300c-1.5.4-3 .6-4.5.6-7.3 0-13-5.2-13-11.700s5.7-11.4 13-11.400Z"
      />
    </svg>
  );
}
