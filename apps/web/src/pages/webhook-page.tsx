import { Button } from '@react-spectrum/s2/Button';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useCallback, useState } from 'react';
import { Actions } from '../parts/actions.tsx';
import { ConfirmedButton } from '../parts/confirmed-button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { PageTop } from '../parts/page-top.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { type Column, RecordTable } from '../parts/record-table.tsx';
import { Section } from '../parts/section.tsx';
import { Status } from '../parts/status.tsx';
import type { PlatformClient } from '../platform/platform-client.ts';
import type { Delivery, Webhook } from '../platform/webhooks.ts';
import { useAction } from '../use-action.ts';
import { usePolling } from '../use-polling.ts';
import { navigate, WEBHOOKS_PATH } from '../use-route.ts';
import { count, dateTime, deliveryStateWords, eventsWords, flowStateWords } from '../wording.ts';
import { SecretNote } from './secret-note.tsx';
import { WebhookForm } from './webhook-form.tsx';

const PARENT = { path: WEBHOOKS_PATH, name: 'All webhooks' };
const text = style({ font: 'body', margin: 0 });

/** One webhook: whom it tells of what, and the log of what it has told. */
export function WebhookPage({ client, webhookId }: { client: PlatformClient; webhookId: string }) {
  const { webhooks } = client;
  const load = useCallback(async () => {
    const [webhook, deliveries] = await Promise.all([
      webhooks.get(webhookId),
      webhooks.deliveries(webhookId),
    ]);
    return { webhook, deliveries };
  }, [webhooks, webhookId]);
  const [page, reload] = usePolling(load, ({ deliveries }) =>
    deliveries.some(({ state }) => state === 'pending') ? 'live' : 'idle',
  );
  const [isChanging, setChanging] = useState(false);
  const [secret, setSecret] = useState<string>();
  const acting = useAction();
  const known = page.state === 'loaded' ? page.value : undefined;

  const act = async (work: () => Promise<void>) => {
    await acting.run(work);
    reload();
  };
  const remove = async () => {
    if (await acting.run(() => webhooks.remove(webhookId))) navigate(WEBHOOKS_PATH);
  };
  return (
    <>
      <PageTop
        title={known?.webhook.name ?? 'Webhook'}
        parent={PARENT}
        status={known && <Status wording={flowStateWords(known.webhook.state)} announced />}
        actions={
          known && (
            <Actions>
              <Button
                variant="secondary"
                isPending={acting.isPending}
                onPress={() => act(() => webhooks.test(webhookId))}
              >
                Send a test
              </Button>
              <Button
                variant="secondary"
                onPress={() => act(() => webhooks.change(webhookId, turned(known.webhook)))}
              >
                {known.webhook.state === 'enabled' ? 'Disable' : 'Enable'}
              </Button>
              <Button variant="secondary" onPress={() => setChanging(!isChanging)}>
                {isChanging ? 'Cancel' : 'Change'}
              </Button>
              <Button
                variant="secondary"
                onPress={() => act(async () => setSecret((await webhooks.renewSecret(webhookId)).secret))}
              >
                New secret
              </Button>
              <ConfirmedButton
                label="Delete"
                question="Delete this webhook?"
                consequence="What has not been told to it is not told any more, and its log goes."
                isPending={acting.isPending}
                onConfirm={() => void remove()}
              />
            </Actions>
          )
        }
      >
        <ProblemAlert
          title="The webhook could not be loaded"
          problem={page.state === 'loading' ? undefined : page.problem}
        />
        <ProblemAlert title="That was refused" problem={acting.problem} />
        {secret !== undefined && <SecretNote secret={secret} />}
      </PageTop>
      {page.state === 'loading' && <Loading what="the webhook" />}
      {known &&
        (isChanging ? (
          <Section title="Change">
            <WebhookForm
              webhook={known.webhook}
              onSave={async (given) => {
                await webhooks.change(webhookId, given);
                setChanging(false);
                reload();
              }}
            />
          </Section>
        ) : (
          <Section title="Details">
            <Facts
              facts={[
                { term: 'Address', definition: known.webhook.url },
                { term: 'Told of', definition: eventsWords(known.webhook.events) },
                { term: 'Of the flows', definition: known.webhook.flowIds?.join(', ') ?? 'All' },
              ]}
            />
          </Section>
        ))}
      {known && (
        <Section title="Deliveries">
          {known.deliveries.length === 0 ? (
            <p className={text}>Nothing has been told yet.</p>
          ) : (
            <RecordTable
              label="Deliveries"
              columns={columnsFor((delivery) => act(() => webhooks.redeliver(webhookId, delivery.id)))}
              records={known.deliveries}
              keyOf={({ id }) => id}
              onNarrow="cards"
            />
          )}
        </Section>
      )}
    </>
  );
}

function turned({ id: _, ...webhook }: Webhook): Omit<Webhook, 'id'> {
  return { ...webhook, state: webhook.state === 'enabled' ? 'disabled' : 'enabled' };
}

function columnsFor(redeliver: (delivery: Delivery) => Promise<void>): readonly Column<Delivery>[] {
  return [
    { title: 'Event', cell: ({ eventType }) => eventType },
    { title: 'State', cell: ({ state }) => <Status wording={deliveryStateWords(state)} />, isShort: true },
    { title: 'Made', cell: ({ createdAt }) => createdAt && dateTime(createdAt), isShort: true },
    { title: 'Attempts', cell: ({ attempts }) => count(attempts), align: 'end' },
    { title: 'Answer', cell: ({ status }) => status, align: 'end' },
    { title: 'Problem', cell: ({ problem }) => problem },
    { title: 'Next attempt', cell: ({ dueAt }) => dueAt && dateTime(dueAt), isShort: true },
    {
      title: 'Action',
      cell: (delivery) =>
        delivery.state !== 'pending' && (
          <Button size="S" variant="secondary" onPress={() => void redeliver(delivery)}>
            Tell again
          </Button>
        ),
      isShort: true,
    },
  ];
}
