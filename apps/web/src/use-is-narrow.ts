import { useSyncExternalStore } from 'react';

/** Below this a table of six columns has no room; the same width as the style macro's `md`. */
const NARROW = '(max-width: 47.99rem)';

/** Whether the window is too narrow for wide tables. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}
