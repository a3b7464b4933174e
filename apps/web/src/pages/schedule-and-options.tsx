import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ScheduleDraft } from '../flow/schedule.ts';
import { Card } from '../parts/card.tsx';
import { SpecForm } from '../parts/spec-form.tsx';
import type { FlowSpec } from '../platform/flow-setup.ts';
import type { Violation } from '../platform/http.ts';
import type { FieldValues } from '../spec/spec-fields.ts';
import { problemsBelow } from '../use-action.ts';
import { ScheduleForm } from './schedule-form.tsx';

const partHeading = style({ font: 'title', margin: 0 });

interface ScheduleAndOptionsProps {
  readonly spec: FlowSpec;
  readonly schedule: ScheduleDraft;
  readonly onSchedule: (schedule: ScheduleDraft) => void;
  readonly options: FieldValues;
  readonly onOptions: (options: FieldValues) => void;
  /** What is wrong, by places of the flow. */
  readonly violations: readonly Violation[];
}

/** When a flow runs, and its options: alike for one that is made and one that is changed. */
export function ScheduleAndOptions(props: ScheduleAndOptionsProps) {
  const { spec, schedule, onSchedule, options, onOptions, violations } = props;
  return (
    <>
      <Card>
        <h3 className={partHeading}>Schedule</h3>
        <ScheduleForm
          frequencies={spec.frequencies}
          draft={schedule}
          onChange={(change) => onSchedule({ ...schedule, ...change })}
          problems={problemsBelow(violations, '/scheduleParams')}
        />
      </Card>
      <Card>
        <h3 className={partHeading}>Options</h3>
        <SpecForm
          fields={spec.options}
          values={options}
          onChange={(key, value) => onOptions({ ...options, [key]: value })}
          problems={problemsBelow(violations, '/options')}
        />
      </Card>
    </>
  );
}
