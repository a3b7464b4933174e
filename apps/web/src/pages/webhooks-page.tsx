import { Button } from '@react-spectrum/s2/Button';
import { Link } from '@react-spectrum/s2/Link';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import type { NewSecret, Webhook } from '../platform/webhooks.ts';
import { usePolling } from '../use-polling.ts';
import { webhookPath } from '../use-route.ts';
import { eventsWords, flowStateWords } from '../wording.ts';
import { SecretNote } from './secret-note.tsx';
import { WebhookForm } from './webhook-form.tsx';

const content = style({ display: 'flex', flexDirection: 'column', gap: 20 });
const text = style({ font: 'body', margin: 0, maxWidth: 640 });

/** Who is told what happens to flows. */
export function WebhooksPage({ client }: { client: PlatformClient }) {
  const load = useCallback(() => client.webhooks.list(), [client]);
  const [list, reload] = usePolling(load, () => 'idle');
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<NewSecret>();
  const webhooks = list.state === 'loaded' ? list.value : undefined;
  return (
    <>
      <div className={content}>
        <PageTop
          title="Webhooks"
          actions={
            <Button variant="accent" onPress={() => setAdding(!isAdding)}>
              {isAdding ? 'Cancel' : 'New webhook'}
            </Button>
          }
        />
        <ProblemAlert
          title="The webhooks could not be loaded"
          problem={list.state === 'loading' ? undefined : list.problem}
        />
        {created !== undefined && <SecretNote secret={created.secret} />}
        {list.state === 'loading' && <Loading what="webhooks" />}
        {webhooks?.length === 0 && (
          <p className={text}>
            There are no webhooks yet. A webhook is an address of yours that is told, by a signed message,
            when runs begin, succeed, fail or wait, and when the columns of a source have changed.
          </p>
        )}
        {webhooks !== undefined && webhooks.length > 0 && (
          <RecordTable
            label="Webhooks"
            columns={columns}
            records={webhooks}
            keyOf={({ id }) => id}
            onNarrow="cards"
          />
        )}
      </div>
      {isAdding && (
        <Section title="New webhook">
          <WebhookForm
            webhook={undefined}
            onSave={async (given) => {
              setCreated(await client.webhooks.create(given));
              setAdding(false);
              reload();
            }}
          />
        </Section>
      )}
    </>
  );
}

const columns: readonly Column<Webhook>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => (
      <Link href={webhookPath(id)} isStandalone>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { title: 'Address', cell: ({ url }) => <bdi>{url}</bdi> },
  { title: 'Told of', cell: ({ events }) => eventsWords(events) },
  { title: 'State', cell: ({ state }) => <Status wording={flowStateWords(state)} />, isShort: true },
];
