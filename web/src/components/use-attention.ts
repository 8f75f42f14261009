import { useSyncExternalStore } from 'react';

const events = ['focus', 'blur', 'visibilitychange', 'pageshow'];

/** Whether someone is looking at this page, as far as a page can know. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, looking);
}

/** The same, at this moment. */
export function looking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  for (const event of events) window.addEventListener(event, listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    for (const event of events) window.removeEventListener(event, listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
