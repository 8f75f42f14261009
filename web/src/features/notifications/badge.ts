interface Badged {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

/** The number of unread messages, where it is seen without looking at the page: its icon, and the installed app's. */
export function showBadge(unread: number): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const wanted = unread > 0 ? '/favicon-unread.svg' : '/favicon.svg';
  if (icon && icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted);
  const app = navigator as Badged;
  const told = unread > 0 ? app.setAppBadge?.(unread) : app.clearAppBadge?.();
  // Only an installed app has one.
  told?.catch(() => undefined);
}
