import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

const line = style({ display: 'flex', flexWrap: 'wrap', gap: 8 });

/** What can be done with the thing of a page: side by side, in as many lines as there is need. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className={line}>{children}</div>;
}
