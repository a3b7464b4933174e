import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { PageHeading } from '../parts/headings.tsx';
import { FLOWS_PATH } from '../use-route.ts';

const text = style({ font: 'body' });

export function UnknownPage() {
  return (
    <>
      <PageHeading title="There is no such page" />
      <p className={text}>
        Go to <Link href={FLOWS_PATH}>all flows</Link>.
      </p>
    </>
  );
}
