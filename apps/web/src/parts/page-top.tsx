import ChevronLeft from '@react-spectrum/s2/icons/ChevronLeft';
import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';
import { PageHeading } from './headings.tsx';

const top = style({ display: 'flex', flexDirection: 'column', gap: 16 });
const back = style({ display: 'inline-flex', alignItems: 'center', gap: 4 });
const titleLine = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 16,
  rowGap: 12,
});
const titleAndState = style({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  columnGap: 16,
  rowGap: 4,
  flexGrow: 1,
  minWidth: 0,
});

interface PageTopProps {
  readonly title: string;
  /** The page above this one. */
  readonly parent?: { readonly path: string; readonly name: string };
  /** Beside the title. */
  readonly status?: ReactNode;
  /** What can be done, at the end of the line. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** The way back, the title and what can be done, on every page alike. */
export function PageTop({ title, parent, status, actions, children }: PageTopProps) {
  return (
    <div className={top}>
      {parent && (
        <Link href={parent.path} isStandalone isQuiet variant="secondary">
          <span className={back}>
            <ChevronLeft aria-hidden="true" />
            {parent.name}
          </span>
        </Link>
      )}
      <div className={titleLine}>
        <div className={titleAndState}>
          <PageHeading title={title} />
          {status}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}
