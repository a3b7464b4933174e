import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useId } from 'react';
import { SectionHeading } from './headings.tsx';

const section = style({ display: 'flex', flexDirection: 'column', gap: 12, marginTop: 32 });

/** A part of a page under a heading of its own. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={section}>
      <SectionHeading id={id}>{title}</SectionHeading>
      {children}
    </section>
  );
}
