import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

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
const code = style({ font: 'code', color: 'code' });

/** Stands where the flows will be, and tells how to get the first one. */
export function FirstSteps() {
  return (
    <section className={card} aria-labelledby="first-steps">
      <h2 id="first-steps" className={heading}>
        There are no flows yet
      </h2>
      <p className={text}>
        A flow lands a table of your CRM in a dataset of the lake. Create the first one over HTTP: the
        tutorial in the README goes call by call, from the connection to the rows, and the{' '}
        <Link href="/docs" target="_blank">
          API reference
        </Link>{' '}
        describes every call. The flow appears here as soon as it exists.
      </p>
      <p className={text}>
        To see the whole way at once, run <code className={code}>npm run demo</code> in Tributary’s folder: it
        walks the same calls against a demo CRM, on a server of its own.
      </p>
    </section>
  );
}
