import { Button } from '@react-spectrum/s2/Button';
import { ButtonGroup } from '@react-spectrum/s2/ButtonGroup';
import { Form } from '@react-spectrum/s2/Form';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import { useCallback, useRef, useState } from 'react';
import { createFlow, type Ledger } from '../flow/create-flow.ts';
import type { TargetDraft, WriteDraft } from '../flow/drafts.ts';
import { planOf } from '../flow/plan.ts';
import { newSchedule, type ScheduleDraft } from '../flow/schedule.ts';
import { Card } from '../parts/card.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import type { FlowSpec } from '../platform/flow-setup.ts';
import type { FieldValues } from '../spec/spec-fields.ts';
import { problemsBelow, useAction } from '../use-action.ts';
import { flowPath, navigate } from '../use-route.ts';
import type { NewFlowProps } from './new-flow-section.tsx';
import { ScheduleAndOptions } from './schedule-and-options.tsx';
import { TargetForm } from './target-form.tsx';
import { WriteForm } from './write-form.tsx';

const cards = style({ display: 'flex', flexDirection: 'column', gap: 16 });
const partHeading = style({ font: 'title', margin: 0 });
const whole = style({ width: 'full' });

/** All that is said of a flow before it is made. */
export function NewFlowForm(props: NewFlowProps & { readonly spec: FlowSpec }) {
  const { client, connector, table, path, spec } = props;
  const isOfFiles = connector.objectType === 'file';
  const [name, setName] = useState(() => nameOf(path));
  const [target, setTarget] = useState<TargetDraft>(() => ({
    kind: 'new',
    title: nameOf(path),
    columns: table.columns.map((column) => column.name),
    schemaId: undefined,
    destinations: {},
  }));
  const [write, setWrite] = useState<WriteDraft>({ mode: 'append', keyColumns: [], deltaColumn: undefined });
  const [schedule, setSchedule] = useState<ScheduleDraft>(() =>
    newSchedule(Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  const [options, setOptions] = useState<FieldValues>({});
  const ledger = useRef<Ledger>(new Map());
  const [pending, setPending] = useState<'enabled' | 'draft'>();
  const creating = useAction();
  const changeTarget = useCallback(
    (change: Partial<TargetDraft>) => setTarget((before) => ({ ...before, ...change })),
    [],
  );

  const create = async (state: 'enabled' | 'draft') => {
    if (creating.isPending) return;
    setPending(state);
    const drafts = { name, target, write, schedule, options, isDraft: state === 'draft' };
    await creating.run(async () => {
      const services = {
        setup: client.flowSetup,
        schemaFields: client.schemas.fields,
        ledger: ledger.current,
      };
      const flowId = await createFlow(services, planOf(props, drafts, Date.now()));
      navigate(flowPath(flowId));
    });
    setPending(undefined);
  };
  return (
    <Form
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void create('enabled');
      }}
    >
      <div className={cards}>
        <Card>
          <TextField
            label="Name of the flow"
            description="The dataset that it lands in is called so, too"
            value={name}
            onChange={setName}
            autoComplete="off"
            isRequired
            styles={whole}
          />
          <TargetForm client={client} table={table} draft={target} onChange={changeTarget} />
        </Card>
        <Card>
          <h3 className={partHeading}>Rows</h3>
          <WriteForm
            modes={spec.mode?.choices ?? ['append']}
            table={table}
            isOfFiles={isOfFiles}
            draft={write}
            onChange={(change) => setWrite({ ...write, ...change })}
            problems={problemsBelow(creating.violations, '/transformations/0/params')}
          />
        </Card>
        <ScheduleAndOptions
          spec={spec}
          schedule={schedule}
          onSchedule={setSchedule}
          options={options}
          onOptions={setOptions}
          violations={creating.violations}
        />
        <ProblemAlert title="The flow could not be made" problem={creating.problem} />
        <ButtonGroup>
          <Button type="submit" variant="accent" isPending={pending === 'enabled'}>
            Create and enable
          </Button>
          <Button variant="secondary" isPending={pending === 'draft'} onPress={() => void create('draft')}>
            Save as a draft
          </Button>
        </ButtonGroup>
      </div>
    </Form>
  );
}

/** Of a path its last step that is no pattern, without its ending: `/in/leads/*.csv` is "leads". */
function nameOf(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && !/[*?[\]{}]/.test(step));
  const last = steps.at(-1) ?? path;
  return path.startsWith('/') ? last.replace(/(\.[A-Za-z0-9]{1,8}){1,2}$/, '') : last;
}
