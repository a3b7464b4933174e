import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useEffect, useRef } from 'react';

const outline = style({ outlineStyle: 'none' });

/**
 * What appears because somebody asked for it: it takes the focus, so that keyboard and screen reader go on
 * there.
 */
export function Focused({ children }: { children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => element.current?.focus(), []);
  return (
    <div ref={element} tabIndex={-1} className={outline}>
      {children}
    </div>
  );
}
