import { Provider } from '@react-spectrum/s2/Provider';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ConnectionPage } from './pages/connection-page.tsx';
import { ConnectionsPage } from './pages/connections-page.tsx';
import { FlowPage } from './pages/flow-page.tsx';
import { FlowsPage } from './pages/flows-page.tsx';
import { MappingLanguagePage } from './pages/mapping-language-page.tsx';
import { NewConnectionPage } from './pages/new-connection-page.tsx';
import { RunPage } from './pages/run-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { UnknownPage } from './pages/unknown-page.tsx';
import { WebhookPage } from './pages/webhook-page.tsx';
import { WebhooksPage } from './pages/webhooks-page.tsx';
import { Frame } from './parts/frame.tsx';
import { createPlatformClient, type PlatformClient } from './platform/platform-client.ts';
import { type Session, storedSession, storeSession } from './platform/session.ts';
import { navigate, routeOf, usePath } from './use-route.ts';

const SESSION_ENDED = 'Your session has ended. Sign in again to go on.';
/** The longest that a browser's timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Shows the sign-in, or the page that the address bar names. */
export function App() {
  const [session, setSession] = useState(storedSession);
  const [notice, setNotice] = useState<string>();
  const lastSession = useRef(session);
  if (session !== undefined) lastSession.current = session;

  const begin = useCallback((begun: Session) => {
    storeSession(begun);
    setNotice(undefined);
    setSession(begun);
  }, []);
  const end = useCallback((why?: string) => {
    storeSession(undefined);
    setNotice(why);
    setSession(undefined);
  }, []);
  const expire = useCallback(() => end(SESSION_ENDED), [end]);

  useEffect(() => {
    if (session === undefined) return;
    const timer = setTimeout(expire, Math.min(session.expiresAt - Date.now(), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }, [session, expire]);
  const client = useMemo(() => session && createPlatformClient(session, expire), [session, expire]);

  return (
    // The UI's words are English, and so are the components' own.
    <Provider locale="en-US" router={{ navigate }}>
      {session && client ? (
        <Frame session={session} onSignOut={() => end()}>
          <CurrentPage client={client} />
        </Frame>
      ) : (
        <SignInPage notice={notice} lastSession={lastSession.current} onSignedIn={begin} />
      )}
    </Provider>
  );
}

function CurrentPage({ client }: { client: PlatformClient }) {
  const path = usePath();
  useFocusOnHeading(path);
  const route = useMemo(() => routeOf(path), [path]);
  switch (route.page) {
    case 'flows':
      return <FlowsPage client={client} />;
    case 'flow':
      return <FlowPage key={route.flowId} client={client} flowId={route.flowId} />;
    case 'run':
      return <RunPage key={route.runId} client={client} flowId={route.flowId} runId={route.runId} />;
    case 'connections':
      return <ConnectionsPage client={client} />;
    case 'new-connection':
      return <NewConnectionPage client={client} />;
    case 'connection':
      return <ConnectionPage key={route.connectionId} client={client} connectionId={route.connectionId} />;
    case 'webhooks':
      return <WebhooksPage client={client} />;
    case 'webhook':
      return <WebhookPage key={route.webhookId} client={client} webhookId={route.webhookId} />;
    case 'mapping-language':
      return <MappingLanguagePage client={client} />;
    case 'unknown':
      return <UnknownPage />;
  }
}

/** After a move within the UI the new page's heading takes the focus, as it would on a page that was loaded. */
function useFocusOnHeading(path: string): void {
  const previous = useRef(path);
  useEffect(() => {
    if (previous.current === path) return;
    previous.current = path;
    document.querySelector('h1')?.focus();
  }, [path]);
}
