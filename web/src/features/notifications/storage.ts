/** Local storage, where there is one: without it a choice lasts as long as the page. */
export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Full or forbidden.
  }
}

export function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Forbidden: then nothing was kept.
  }
}

/** Hears of what the other pages of this browser write there, until `end`. */
export function onWrite(key: string, end: AbortSignal, listener: (value: string) => void): void {
  const hear = (event: StorageEvent) => {
    // Removed is what somebody leaves who logs out: that changes nothing of what was chosen.
    if (event.key === key && event.newValue !== null) listener(event.newValue);
  };
  window.addEventListener('storage', hear, { signal: end });
}
