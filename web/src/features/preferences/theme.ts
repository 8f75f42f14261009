import { Store } from '@/realtime/store';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'chatapp.theme';

export const theme = new Store<Theme>(stored());

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen);
  show(chosen);
  try {
    if (chosen === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, chosen);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Writes it down once more, where everything was wiped. */
export function keepTheme(): void {
  chooseTheme(theme.get());
}

/** Goes along with what is chosen in other pages of this browser, as long as this page is there. */
export function followTheme(): void {
  window.addEventListener('storage', (event) => {
    if (event.key !== key) return;
    theme.set(stored());
    show();
  });
}

/** The early script has done this before the first paint, where it is served. */
export function show(chosen: Theme = theme.get()): void {
  const { dataset } = document.documentElement;
  if (chosen === 'system') delete dataset.theme;
  else dataset.theme = chosen;
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}
