import { useSyncExternalStore } from 'react';

/** The pages that the address bar can name. The server answers each of their paths with the UI. */
export type Route =
  | { readonly page: 'flows' }
  | { readonly page: 'flow'; readonly flowId: string }
  | { readonly page: 'run'; readonly flowId: string; readonly runId: string }
  | { readonly page: 'connections' }
  | { readonly page: 'new-connection' }
  | { readonly page: 'connection'; readonly connectionId: string }
  | { readonly page: 'webhooks' }
  | { readonly page: 'webhook'; readonly webhookId: string }
  | { readonly page: 'mapping-language' }
  | { readonly page: 'unknown' };

export const FLOWS_PATH = '/';
export const CONNECTIONS_PATH = '/connections';
export const NEW_CONNECTION_PATH = '/connections/new';
export const WEBHOOKS_PATH = '/webhooks';
export const MAPPING_LANGUAGE_PATH = '/mapping-language';

export function flowPath(flowId: string): string {
  return `/flows/${encodeURIComponent(flowId)}`;
}

export function runPath(flowId: string, runId: string): string {
  return `${flowPath(flowId)}/runs/${encodeURIComponent(runId)}`;
}

export function connectionPath(connectionId: string): string {
  return `${CONNECTIONS_PATH}/${encodeURIComponent(connectionId)}`;
}

export function webhookPath(webhookId: string): string {
  return `${WEBHOOKS_PATH}/${encodeURIComponent(webhookId)}`;
}

export function routeOf(path: string): Route {
  const steps = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const [first = 'flows', id, ...rest] = steps;
  return (rest.length === 0 ? pageOf(first, id) : pageWithin(first, id, rest)) ?? { page: 'unknown' };
}

function pageOf(first: string, id: string | undefined): Route | undefined {
  switch (first) {
    case 'flows':
      return id === undefined ? { page: 'flows' } : { page: 'flow', flowId: id };
    case 'connections':
      if (id === 'new') return { page: 'new-connection' };
      return id === undefined ? { page: 'connections' } : { page: 'connection', connectionId: id };
    case 'webhooks':
      return id === undefined ? { page: 'webhooks' } : { page: 'webhook', webhookId: id };
    case 'mapping-language':
      return id === undefined ? { page: 'mapping-language' } : undefined;
    default:
      return undefined;
  }
}

function pageWithin(
  first: string,
  id: string | undefined,
  [kind, runId, ...rest]: readonly string[],
): Route | undefined {
  const isRun = first === 'flows' && kind === 'runs' && rest.length === 0;
  return isRun && id !== undefined && runId !== undefined ? { page: 'run', flowId: id, runId } : undefined;
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
