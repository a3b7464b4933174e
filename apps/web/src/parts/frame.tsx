import { ActionButton } from '@react-spectrum/s2/ActionButton';
import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';
import type { Session } from '../platform/session.ts';
import { CONNECTIONS_PATH, FLOWS_PATH, MAPPING_LANGUAGE_PATH, usePath, WEBHOOKS_PATH } from '../use-route.ts';
import { Logo } from './logo.tsx';

const bar = style({
  display: 'flex',
  alignItems: 'center',
  flexWrap: 'wrap',
  columnGap: 16,
  rowGap: 4,
  paddingX: { default: 16, md: 32 },
  paddingY: 8,
  backgroundColor: 'layer-2',
  borderWidth: 0,
  borderBottomWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
});
const home = style({ display: 'flex' });
/** On narrow screens in a line of their own. */
const pageLinks = style({
  display: 'flex',
  flexWrap: 'wrap',
  columnGap: 16,
  rowGap: 4,
  font: 'ui',
  order: { default: 1, sm: 0 },
  flexBasis: { default: 'full', sm: 'auto' },
  flexShrink: 0,
});
const where = style({
  font: 'ui-sm',
  color: 'neutral-subdued',
  minWidth: 0,
  truncate: true,
  flexGrow: 1,
  flexShrink: 1,
  flexBasis: 0,
  textAlign: 'end',
});
const main = style({
  boxSizing: 'border-box',
  width: 'full',
  maxWidth: 1280,
  marginX: 'auto',
  paddingX: { default: 16, md: 32 },
  paddingY: { default: 24, md: 32 },
});

const pages = [
  { path: FLOWS_PATH, name: 'Flows' },
  { path: CONNECTIONS_PATH, name: 'Connections' },
  { path: WEBHOOKS_PATH, name: 'Webhooks' },
  { path: MAPPING_LANGUAGE_PATH, name: 'Mapping language' },
];

/** Whether a page is that of a path, or lies below it. */
function isWithin(current: string, path: string): boolean {
  if (path === FLOWS_PATH) return current === FLOWS_PATH || current.startsWith('/flows');
  return current === path || current.startsWith(`${path}/`);
}

/** What surrounds every page of a signed-in client: the bar with the way home and out, and the page itself. */
export function Frame({
  session,
  onSignOut,
  children,
}: {
  session: Session;
  onSignOut: () => void;
  children: ReactNode;
}) {
  const current = usePath();
  return (
    <>
      <header className={bar}>
        <span className={home}>
          <Link href={FLOWS_PATH} isStandalone isQuiet variant="secondary" aria-label="Tributary, all flows">
            <Logo />
          </Link>
        </span>
        <nav className={pageLinks} aria-label="Pages">
          {pages.map(({ path, name }) => (
            <span key={path} {...(isWithin(current, path) && { 'aria-current': 'true' as const })}>
              <Link href={path} isStandalone isQuiet>
                {name}
              </Link>
            </span>
          ))}
        </nav>
        <span className={where} title={`${session.orgId}, sandbox ${session.sandbox}`}>
          {session.sandbox} · {session.orgId}
        </span>
        <ActionButton isQuiet onPress={onSignOut}>
          Sign out
        </ActionButton>
      </header>
      <main className={main}>{children}</main>
    </>
  );
}
