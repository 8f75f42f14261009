import { useSyncExternalStore } from 'react';
import { Store } from '@/realtime/store';

const minute = 60_000;
const now = new Store(new Date());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all, to the minute, running only while someone looks at it. */
function subscribe(listener: () => void): () => void {
  watchers += 1;
  timer ??= setInterval(() => now.set(new Date()), minute);
  const leave = now.subscribe(listener);
  return () => {
    leave();
    watchers -= 1;
    if (watchers === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

export function useNow(): Date {
  return useSyncExternalStore(subscribe, now.get);
}
