import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

const pageHeading = style({
  font: 'heading',
  margin: 0,
  outlineStyle: 'none',
  minWidth: 0,
  overflowWrap: 'anywhere',
});
const sectionHeading = style({ font: 'title-lg', margin: 0 });

/** The page's one h1, and its name in the window's title. Takes the focus after a move within the UI. */
export function PageHeading({ title }: { title: string }) {
  return (
    <>
      <title>{`${title} – Tributary`}</title>
      <h1 className={pageHeading} tabIndex={-1}>
        <bdi>{title}</bdi>
      </h1>
    </>
  );
}

export function SectionHeading({ id, children }: { id: string; children: ReactNode }) {
  return (
    <h2 id={id} className={sectionHeading}>
      {children}
    </h2>
  );
}
