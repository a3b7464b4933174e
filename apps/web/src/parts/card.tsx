import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

const card = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 20,
  padding: { default: 16, sm: 24 },
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  minWidth: 0,
});

/** What belongs together, on a ground of its own. */
export function Card({ children }: { children: ReactNode }) {
  return <div className={card}>{children}</div>;
}
