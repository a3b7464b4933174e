import { type CalendarDateTime, getLocalTimeZone } from '@internationalized/date';
import { Button } from '@react-spectrum/s2/Button';
import { DatePicker } from '@react-spectrum/s2/DatePicker';
import { Form } from '@react-spectrum/s2/Form';
import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';
import { Card } from '../parts/card.tsx';
import { ChoiceCards } from '../parts/choice-cards.tsx';
import { FieldGrid } from '../parts/field-grid.tsx';
import { fieldProblem } from '../parts/field-problem.ts';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { Flow } from '../platform/answers.ts';
import type { FlowSubject } from '../platform/flow-subject.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { problemsBelow, useAction } from '../use-action.ts';

const whole = style({ width: 'full' });

const kinds = [
  {
    id: 'refresh',
    name: 'Backfill columns',
    note: 'Reads them for all rows, and merges them by key into the rows that have landed',
  },
  { id: 'window', name: 'Read a window', note: 'Reads what changed between two moments, landed or not' },
] as const;

const kindsOfFiles = [
  ...kinds,
  {
    id: 'retry',
    name: 'Try held-back files again',
    note: 'Reads files that earlier runs could not read, and those that are new',
  },
] as const;

type Kind = (typeof kindsOfFiles)[number]['id'];

interface RunRequestFormProps {
  readonly client: PlatformClient;
  readonly flow: Flow;
  readonly subject: FlowSubject;
  readonly onDone: () => void;
}

/** A run that does something else than to take what has changed since the last one. */
export function RunRequestForm({ client, flow, subject, onDone }: RunRequestFormProps) {
  const [kind, setKind] = useState<Kind>('refresh');
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [from, setFrom] = useState<CalendarDateTime | null>(null);
  const [to, setTo] = useState<CalendarDateTime | null>(null);
  const asking = useAction();
  const problems = problemsBelow(asking.violations, '/params');

  const paramsOf: Readonly<Record<Kind, () => Readonly<Record<string, unknown>>>> = {
    refresh: () => ({ refreshColumns: columns }),
    window: () => ({
      windowStartTime: secondsOf(from) ?? 0,
      windowEndTime: secondsOf(to) ?? Math.ceil(Date.now() / 1000),
    }),
    retry: () => ({ retryHeldFiles: true }),
  };
  const ask = async () => {
    if (await asking.run(() => client.runs.start(flow.id, paramsOf[kind]()))) onDone();
  };
  return (
    <Form
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <Card>
        <ChoiceCards
          label="What the run does"
          choices={subject.isOfFiles ? kindsOfFiles : kinds}
          chosen={kind}
          onChoose={setKind}
        />
        {kind === 'refresh' && (
          <Picker
            label="Columns to read again"
            description="Such as one that came later, or that the source computes; mappings must read it"
            selectionMode="multiple"
            items={subject.table.columns.map(({ name }) => ({ id: name }))}
            value={[...columns]}
            onChange={(keys) => setColumns(keys.map(String))}
            isRequired
            {...fieldProblem(problems.refreshColumns)}
            styles={whole}
          >
            {({ id }) => <PickerItem id={id}>{id}</PickerItem>}
          </Picker>
        )}
        {kind === 'window' && (
          <FieldGrid>
            <DatePicker
              label="Changed after"
              description={`By the clocks of ${getLocalTimeZone()}; from the beginning where left empty`}
              granularity="minute"
              hourCycle={24}
              value={from}
              onChange={setFrom}
              {...fieldProblem(problems.windowStartTime)}
              styles={whole}
            />
            <DatePicker
              label="Changed up to"
              description="Now where left empty"
              granularity="minute"
              hourCycle={24}
              value={to}
              onChange={setTo}
              {...fieldProblem(problems.windowEndTime)}
              styles={whole}
            />
          </FieldGrid>
        )}
        <ProblemAlert title="The run was refused" problem={asking.problem} />
        <div>
          <Button type="submit" variant="accent" isPending={asking.isPending}>
            Run
          </Button>
        </div>
      </Card>
    </Form>
  );
}

function secondsOf(moment: CalendarDateTime | null): number | undefined {
  return moment === null ? undefined : Math.floor(moment.toDate(getLocalTimeZone()).getTime() / 1000);
}
