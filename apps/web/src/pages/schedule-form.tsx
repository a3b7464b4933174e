import { Checkbox } from '@react-spectrum/s2/Checkbox';
import { ComboBox, ComboBoxItem } from '@react-spectrum/s2/ComboBox';
import { DatePicker } from '@react-spectrum/s2/DatePicker';
import { NumberField } from '@react-spectrum/s2/NumberField';
import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { ON_DEMAND, type ScheduleDraft } from '../flow/schedule.ts';
import { FieldGrid } from '../parts/field-grid.tsx';
import { fieldProblem } from '../parts/field-problem.ts';

const whole = style({ width: 'full' });

const frequencyWords: Readonly<Record<string, string>> = {
  [ON_DEMAND]: 'On demand only',
  once: 'Once',
  minute: 'Every so many minutes',
  hour: 'Every so many hours',
  day: 'Every so many days',
  week: 'Every so many weeks',
};

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((id) => ({
  id,
}));

interface ScheduleFormProps {
  /** Those of the flow spec. */
  readonly frequencies: readonly string[];
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
  /** What is wrong, by the name of the schedule's param. */
  readonly problems: Readonly<Record<string, string>>;
}

/** When a flow runs: how often, from when until when, by which clocks. */
export function ScheduleForm({ frequencies, draft, onChange, problems }: ScheduleFormProps) {
  const { frequency, interval, timeZone, start, end, backfill } = draft;
  const isScheduled = frequency !== ON_DEMAND;
  const isRepeated = isScheduled && frequency !== 'once';
  return (
    <FieldGrid>
      <Picker
        label="How often"
        items={[ON_DEMAND, ...frequencies].map((id) => ({ id, words: frequencyWords[id] ?? id }))}
        selectedKey={frequency}
        onSelectionChange={(key) => onChange({ frequency: String(key) })}
        {...fieldProblem(problems.frequency)}
        styles={whole}
      >
        {({ id, words }) => <PickerItem id={id}>{words}</PickerItem>}
      </Picker>
      {isRepeated && (
        <NumberField
          label={`Number of ${frequency}s between runs`}
          value={interval}
          onChange={(value) => onChange({ interval: Number.isNaN(value) ? 1 : value })}
          minValue={1}
          {...(frequency === 'minute' && { description: 'At least 15' })}
          {...fieldProblem(problems.interval)}
          styles={whole}
        />
      )}
      {isScheduled && (
        <ComboBox
          label="Time zone"
          description="By its calendar days and weeks are counted"
          defaultItems={zones}
          selectedKey={timeZone}
          onSelectionChange={(key) => key !== null && onChange({ timeZone: String(key) })}
          {...fieldProblem(problems.timezone)}
          styles={whole}
        >
          {({ id }) => <ComboBoxItem id={id}>{id}</ComboBoxItem>}
        </ComboBox>
      )}
      {isScheduled && (
        <DatePicker
          label="Start"
          description="At once where left empty"
          granularity="minute"
          hourCycle={24}
          value={start}
          onChange={(value) => onChange({ start: value })}
          {...fieldProblem(problems.startTime)}
          styles={whole}
        />
      )}
      {isRepeated && (
        <DatePicker
          label="End"
          description="Never where left empty"
          granularity="minute"
          hourCycle={24}
          value={end}
          onChange={(value) => onChange({ end: value })}
          {...fieldProblem(problems.endTime)}
          styles={whole}
        />
      )}
      {isScheduled && (
        <Checkbox isSelected={backfill} onChange={(value) => onChange({ backfill: value })}>
          Backfill: the first run takes what is there already
        </Checkbox>
      )}
    </FieldGrid>
  );
}
