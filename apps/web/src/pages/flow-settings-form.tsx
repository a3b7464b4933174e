import { Button } from '@react-spectrum/s2/Button';
import { Form } from '@react-spectrum/s2/Form';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { useState } from 'react';
import type { WriteDraft } from '../flow/drafts.ts';
import { flowChanges } from '../flow/flow-changes.ts';
import { draftOf, type ScheduleDraft } from '../flow/schedule.ts';
import { Card } from '../parts/card.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { Flow } from '../platform/answers.ts';
import type { FlowSubject } from '../platform/flow-subject.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { type FieldValues, valuesOf } from '../spec/spec-fields.ts';
import { problemsBelow, useAction } from '../use-action.ts';
import { ScheduleAndOptions } from './schedule-and-options.tsx';
import { WriteForm } from './write-form.tsx';

const cards = style({ display: 'flex', flexDirection: 'column', gap: 16 });
const whole = style({ width: 'full' });

interface FlowSettingsFormProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  readonly subject: FlowSubject;
  readonly onDone: () => void;
}

/**
 * How a flow writes, when it runs, and its options. What it reads and where that goes stays as it was made.
 */
export function FlowSettingsForm({ client, flow, subject, onDone }: FlowSettingsFormProps) {
  const { spec, table, isOfFiles } = subject;
  const [name, setName] = useState(flow.name);
  const [write, setWrite] = useState<WriteDraft>({
    mode: flow.mode,
    keyColumns: flow.keyColumns,
    deltaColumn: flow.deltaColumn,
  });
  const [schedule, setSchedule] = useState<ScheduleDraft>(() =>
    draftOf(flow.schedule, Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  const [options, setOptions] = useState<FieldValues>(() => valuesOf(spec.options, flow.options));
  const saving = useAction();
  const { violations } = saving;

  const save = async () => {
    const changes = flowChanges(flow, spec.options, { name, write, schedule, options }, Date.now());
    const isSaved = changes.length === 0 || (await saving.run(() => client.flows.change(flow, changes)));
    if (isSaved) onDone();
  };
  return (
    <Form
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className={cards}>
        <Card>
          <TextField
            label="Name of the flow"
            value={name}
            onChange={setName}
            autoComplete="off"
            styles={whole}
          />
          <WriteForm
            modes={spec.mode?.choices ?? [flow.mode]}
            table={table}
            isOfFiles={isOfFiles}
            draft={write}
            onChange={(change) => setWrite({ ...write, ...change })}
            problems={problemsBelow(violations, `/transformations/${flow.copy?.index ?? 0}/params`)}
          />
        </Card>
        <ScheduleAndOptions
          spec={spec}
          schedule={schedule}
          onSchedule={setSchedule}
          options={options}
          onOptions={setOptions}
          violations={violations}
        />
        <ProblemAlert title="The flow could not be changed" problem={saving.problem} />
        <div>
          <Button type="submit" variant="accent" isPending={saving.isPending}>
            Save
          </Button>
        </div>
      </div>
    </Form>
  );
}
