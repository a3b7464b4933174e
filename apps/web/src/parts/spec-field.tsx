import { Checkbox } from '@react-spectrum/s2/Checkbox';
import { NumberField } from '@react-spectrum/s2/NumberField';
import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextArea } from '@react-spectrum/s2/TextArea';
import { TextField } from '@react-spectrum/s2/TextField';
import type { FieldValue, SpecField } from '../spec/spec-fields.ts';
import { FileContentButton } from './file-content-button.tsx';

const whole = style({ width: 'full' });
const flag = style({ display: 'flex', flexDirection: 'column', gap: 4 });
const hintText = style({ font: 'ui-sm', color: 'neutral-subdued', margin: 0 });
const withButton = style({ display: 'flex', flexDirection: 'column', gap: 8, alignItems: 'start' });

/** The key of having chosen nothing; no choice of a spec has a space. */
const NOTHING = 'not set';

interface SpecFieldProps {
  readonly field: SpecField;
  readonly value: FieldValue;
  readonly onChange: (value: FieldValue) => void;
  /** What is wrong with the value. */
  readonly problem: string | undefined;
  /** The secret is known already, and stays where the field is left empty. */
  readonly isKept?: boolean;
}

/** A field of a form as its spec describes it. */
export function SpecFieldInput(props: SpecFieldProps) {
  const { field, value, onChange, problem, isKept = false } = props;
  const shared = {
    label: field.label,
    name: field.key,
    isRequired: field.isRequired && !isKept,
    isInvalid: problem !== undefined,
    styles: whole,
    ...(field.hint !== undefined && { description: field.hint }),
    ...(problem !== undefined && { errorMessage: problem }),
  };
  switch (field.kind) {
    case 'flag':
      return <Flag {...props} />;
    case 'choice':
      return (
        <Picker
          {...shared}
          items={choicesOf(field)}
          selectedKey={String(value ?? field.default ?? NOTHING)}
          onSelectionChange={(key) => onChange(key === NOTHING ? undefined : String(key))}
        >
          {({ id, label }) => <PickerItem id={id}>{label}</PickerItem>}
        </Picker>
      );
    case 'integer':
    case 'number':
      return (
        <NumberField
          {...shared}
          value={typeof value === 'number' ? value : numberOf(field.default)}
          onChange={(number) => onChange(Number.isNaN(number) ? undefined : number)}
          formatOptions={{ useGrouping: false, maximumFractionDigits: field.kind === 'integer' ? 0 : 2 }}
          {...(field.minimum !== undefined && { minValue: field.minimum })}
          {...(field.maximum !== undefined && { maxValue: field.maximum })}
        />
      );
    case 'lines':
      return (
        <div className={field.isSecret ? `${withButton} secret-lines` : withButton}>
          <TextArea {...shared} value={String(value ?? '')} onChange={onChange} {...keptAs(isKept)} />
          <FileContentButton field={field} onContent={onChange} />
        </div>
      );
    case 'text':
      return (
        <div className={withButton}>
          <TextField
            {...shared}
            value={String(value ?? '')}
            onChange={onChange}
            {...keptAs(isKept)}
            {...(field.isSecret
              ? { type: 'password' as const, autoComplete: 'new-password' }
              : { autoComplete: 'off', placeholder: String(field.default ?? '') })}
          />
          {field.isBase64 && <FileContentButton field={field} onContent={onChange} />}
        </div>
      );
  }
}

function Flag({ field, value, onChange, problem }: SpecFieldProps) {
  return (
    <div className={flag}>
      <Checkbox
        name={field.key}
        isSelected={(value ?? field.default) === true}
        onChange={onChange}
        isInvalid={problem !== undefined}
      >
        {field.label}
      </Checkbox>
      {(problem ?? field.hint) !== undefined && <p className={hintText}>{problem ?? field.hint}</p>}
    </div>
  );
}

function keptAs(isKept: boolean): { readonly placeholder?: string } {
  return isKept ? { placeholder: 'Left as it is' } : {};
}

function numberOf(value: FieldValue): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Where nothing must be chosen and nothing holds anyway, that can be chosen too. */
function choicesOf({ choices, isRequired, default: fallback }: SpecField) {
  const listed = choices.map((id) => ({ id, label: id.charAt(0).toUpperCase() + id.slice(1) }));
  return isRequired || fallback !== undefined ? listed : [{ id: NOTHING, label: 'Not set' }, ...listed];
}
