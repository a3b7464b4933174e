import { useEffect, useRef } from 'react';
import { type FieldValue, type FieldValues, meaningfulFields, type SpecField } from '../spec/spec-fields.ts';
import { FieldGrid } from './field-grid.tsx';
import { SpecFieldInput } from './spec-field.tsx';

interface SpecFormProps {
  readonly fields: readonly SpecField[];
  readonly values: FieldValues;
  readonly onChange: (key: string, value: FieldValue) => void;
  /** What is wrong, by field. The first that is takes the focus. */
  readonly problems?: Readonly<Record<string, string>>;
  /** Secrets that are known already. */
  readonly kept?: ReadonlySet<string>;
}

/** The fields of a spec that have a meaning beside the others' values, in two columns where there is room. */
export function SpecForm({ fields, values, onChange, problems = {}, kept }: SpecFormProps) {
  const form = useRef<HTMLDivElement>(null);
  // Only what is newly wrong takes the focus, not every drawing of it.
  const told = JSON.stringify(problems);
  useEffect(() => {
    if (told !== '{}') form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [told]);
  return (
    <div ref={form}>
      <FieldGrid>
        {meaningfulFields(fields, values).map((field) => (
          <SpecFieldInput
            key={field.key}
            field={field}
            value={values[field.key]}
            onChange={(value) => onChange(field.key, value)}
            problem={problems[field.key]}
            isKept={kept?.has(field.key) ?? false}
          />
        ))}
      </FieldGrid>
    </div>
  );
}
