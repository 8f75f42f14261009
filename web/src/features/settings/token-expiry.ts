const day = 86_400_000;

/** After how many days a token may stop counting by itself; 0: it does not. */
export const lifetimes = [7, 30, 90, 365, 0] as const;

/** When a token that is made now stops counting, as the server wants it. */
export function expiryAfter(days: number, now: Date): string | null {
  return days === 0 ? null : new Date(now.getTime() + days * day).toISOString();
}
