import { useSyncExternalStore } from 'react';

/** The pages that the address bar can name. The server answers each of their paths with the UI. */
export type Route =
  | { readonly page: 'flows' }
  | { readonly page: 'flow'; readonly flowId: string }
  | { readonly page: 'mapping-language' }
  | { readonly page: 'unknown' };

export const FLOWS_PATH = '/';
export const MAPPING_LANGUAGE_PATH = '/mapping-language';

export function flowPath(flowId: string): string {
  return `/flows/${encodeURIComponent(flowId)}`;
}

export function routeOf(path: string): Route {
  const [first, flowId, ...rest] = path.split('/').filter((part) => part !== '');
  if (first === undefined) return { page: 'flows' };
  if (first === 'mapping-language' && flowId === undefined) return { page: 'mapping-language' };
  if (first !== 'flows' || rest.length > 0) return { page: 'unknown' };
  return flowId === undefined ? { page: 'flows' } : { page: 'flow', flowId: decoded(flowId) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The path of the page that is shown; follows links, `navigate` and the browser's history. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

const NAVIGATED = 'tributary:navigated';

/** Goes to another page of the UI without loading it anew. */
export function navigate(path: string): void {
  history.pushState(null, '', path);
  window.dispatchEvent(new Event(NAVIGATED));
  window.scrollTo(0, 0);
}

function subscribe(onChange: () => void): () => void {
  const events = ['popstate', NAVIGATED];
  for (const event of events) window.addEventListener(event, onChange);
  return () => {
    for (const event of events) window.removeEventListener(event, onChange);
  };
}
