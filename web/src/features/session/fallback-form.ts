/** What the server's own log-in form had to say before the page took its place. */
export interface FallbackForm {
  error: string | null;
  username: string;
}

export function readFallbackForm(root: ParentNode): FallbackForm {
  const error = root.querySelector('[data-login-error]')?.textContent.trim();
  const username = root.querySelector<HTMLInputElement>('input[name="username"]')?.value;
  return { error: error === '' ? null : (error ?? null), username: username ?? '' };
}
