import { Link } from '@react-spectrum/s2/Link';
import { LinkButton } from '@react-spectrum/s2/LinkButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { NEW_CONNECTION_PATH } from '../use-route.ts';

const card = style({
  padding: { default: 20, sm: 32 },
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
});
const heading = style({ font: 'title-lg', margin: 0 });
const text = style({ font: 'body', marginTop: 8, marginBottom: 0, maxWidth: 640 });
const action = style({ marginTop: 16 });
const code = style({ font: 'code', color: 'code' });

/** Stands where the flows will be, and tells how to get the first one. */
export function FirstSteps() {
  return (
    <section className={card} aria-labelledby="first-steps">
      <h2 id="first-steps" className={heading}>
        There are no flows yet
      </h2>
      <p className={text}>
        A flow lands a table of your CRM or your database, or files, in a dataset of the lake. Connect to a
        source, look into it, and land what you find. All of it can be done over HTTP as well: the{' '}
        <Link href="/docs" target="_blank">
          API reference
        </Link>{' '}
        describes every call, and the tutorial in the README goes from the connection to the rows.
      </p>
      <div className={action}>
        <LinkButton href={NEW_CONNECTION_PATH} variant="accent">
          Connect to a source
        </LinkButton>
      </div>
      <p className={text}>
        To see the whole way at once, run <code className={code}>npm run demo</code> in Tributary’s folder: it
        walks the same calls against a demo CRM, on a server of its own.
      </p>
    </section>
  );
}
