/** What the server's own log-in form said, and what was typed into it, before the page took its place. */
export interface FallbackForm {
  error: string | null;
  username: string;
  password: string;
  /** Which field was being typed in. */
  focused: 'username' | 'password' | null;
}

export function readFallbackForm(root: ParentNode): FallbackForm {
  const error = root.querySelector('[data-login-error]')?.textContent.trim();
  const field = (name: string) => root.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  const fields = ['username', 'password'] as const;
  return {
    error: error === '' ? null : (error ?? null),
    username: field('username')?.value ?? '',
    password: field('password')?.value ?? '',
    focused: fields.find((name) => field(name)?.matches(':focus')) ?? null,
  };
}
