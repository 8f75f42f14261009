import { lazy, useState, type ComponentType } from 'react';

/** A screen in a file of its own. */
export interface ScreenFile<Props> {
  /** Loads it, unless it is here. */
  load: () => Promise<unknown>;
  Screen: ComponentType<Props>;
}

/**
 * As React's `lazy`, but one that is here already is shown at once. `lazy` would show the fallback for a moment, and
 * React leaves a fallback standing for 300 ms.
 */
export function screenFile<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ScreenFile<Props> {
  let here: ComponentType<Props> | null = null;
  const loadOnce = async () => {
    const file = await load();
    here = file.default;
    return file;
  };
  const Later = lazy(loadOnce);
  function Screen(props: Props) {
    const [Shown] = useState<ComponentType<Props>>(() => here ?? Later);
    return <Shown {...props} />;
  }
  return { load: loadOnce, Screen };
}
