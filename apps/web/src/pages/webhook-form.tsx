import { Button } from '@react-spectrum/s2/Button';
import { Checkbox } from '@react-spectrum/s2/Checkbox';
import { CheckboxGroup } from '@react-spectrum/s2/CheckboxGroup';
import { Form } from '@react-spectrum/s2/Form';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { useState } from 'react';
import { Card } from '../parts/card.tsx';
import { fieldProblem } from '../parts/field-problem.ts';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { GivenWebhook, Webhook } from '../platform/webhooks.ts';
import { problemsBelow, useAction } from '../use-action.ts';

const whole = style({ width: 'full' });
/** All that there are, now and later. */
const EVERYTHING = '*';

const eventWords: readonly { readonly type: string; readonly words: string }[] = [
  { type: 'io.tributary.flow-run.started.v1', words: 'A run has begun' },
  { type: 'io.tributary.flow-run.succeeded.v1', words: 'A run has landed all of its rows' },
  { type: 'io.tributary.flow-run.partially-succeeded.v1', words: 'A run has landed, and rows have failed' },
  { type: 'io.tributary.flow-run.failed.v1', words: 'A run has failed' },
  { type: 'io.tributary.flow-run.cancelled.v1', words: 'A run was cancelled' },
  { type: 'io.tributary.flow-run.waiting.v1', words: 'A run waits for its source' },
  { type: 'io.tributary.flow.*', words: 'The columns of a source have changed' },
];

interface WebhookFormProps {
  /** The one to change; undefined for a new one. */
  readonly webhook: Webhook | undefined;
  readonly onSave: (given: GivenWebhook) => Promise<void>;
}

/** Which address is told of what. */
export function WebhookForm({ webhook, onSave }: WebhookFormProps) {
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<readonly string[]>(webhook?.events ?? [EVERYTHING]);
  const saving = useAction();
  const isOfAll = events.includes(EVERYTHING);
  const places = problemsBelow(saving.violations, '');
  const listed = new Set(eventWords.map(({ type }) => type));
  const others = events.filter((type) => type !== EVERYTHING && !listed.has(type));

  return (
    <Form
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void saving.run(() =>
          onSave({
            name,
            url,
            events: isOfAll ? [EVERYTHING] : events,
            state: webhook?.state ?? 'enabled',
            flowIds: webhook?.flowIds,
          }),
        );
      }}
    >
      <Card>
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          isRequired
          {...fieldProblem(places.name)}
          styles={whole}
        />
        <TextField
          label="Address"
          description="Where events are posted to, such as https://ops.example.com/tributary"
          type="url"
          value={url}
          onChange={setUrl}
          isRequired
          {...fieldProblem(places.url)}
          styles={whole}
        />
        <Checkbox
          isSelected={isOfAll}
          onChange={(selected) => setEvents(selected ? [EVERYTHING] : eventWords.map(({ type }) => type))}
        >
          Tell of everything, also of what there will be
        </Checkbox>
        {!isOfAll && (
          <CheckboxGroup label="Tell of" value={[...events]} onChange={setEvents}>
            {[...eventWords, ...others.map((type) => ({ type, words: type }))].map(({ type, words }) => (
              <Checkbox key={type} value={type}>
                {words}
              </Checkbox>
            ))}
          </CheckboxGroup>
        )}
        <ProblemAlert title="The webhook could not be saved" problem={saving.problem} />
        <div>
          <Button type="submit" variant="accent" isPending={saving.isPending}>
            Save
          </Button>
        </div>
      </Card>
    </Form>
  );
}
