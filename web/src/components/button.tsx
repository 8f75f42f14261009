import type { ComponentProps } from 'react';
import css from './button.module.css';

interface Props extends ComponentProps<'button'> {
  look?: 'solid' | 'quiet' | 'grave' | 'icon' | 'text';
}

export function Button({ look = 'solid', type = 'button', className, ...rest }: Props) {
  const classes = [css.button, css[look], className].filter(Boolean).join(' ');
  return <button type={type} className={classes} {...rest} />;
}
