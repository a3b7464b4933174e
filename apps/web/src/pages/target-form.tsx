import { Checkbox } from '@react-spectrum/s2/Checkbox';
import { CheckboxGroup } from '@react-spectrum/s2/CheckboxGroup';
import { Disclosure, DisclosurePanel, DisclosureTitle } from '@react-spectrum/s2/Disclosure';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { TextField } from '@react-spectrum/s2/TextField';
import type { TargetDraft } from '../flow/drafts.ts';
import { ChoiceCards } from '../parts/choice-cards.tsx';
import type { DescribedTable } from '../platform/connections.ts';
import type { PlatformClient } from '../platform/platform-client.ts';
import { count } from '../wording.ts';
import { MappingForm } from './mapping-form.tsx';

const whole = style({ width: 'full' });
const columnList = style({ maxHeight: 400, overflow: 'auto', padding: 4 });

interface TargetFormProps {
  readonly client: PlatformClient;
  readonly table: DescribedTable;
  readonly draft: TargetDraft;
  readonly onChange: (change: Partial<TargetDraft>) => void;
}

/** The schema that rows have in the lake: made for the table's columns, or one that is there. */
export function TargetForm({ client, table, draft, onChange }: TargetFormProps) {
  const { kind, title, columns } = draft;
  return (
    <>
      <ChoiceCards
        label="Schema"
        choices={[
          { id: 'new', name: 'A new schema', note: 'With a field for each column, of the column’s type' },
          { id: 'existing', name: 'A schema that is there', note: 'Columns go to fields that you choose' },
        ]}
        chosen={kind}
        onChoose={(chosen) => onChange({ kind: chosen })}
      />
      {kind === 'new' ? (
        <>
          <TextField
            label="Title of the schema"
            value={title}
            onChange={(text) => onChange({ title: text })}
            autoComplete="off"
            isRequired
            styles={whole}
          />
          <Disclosure>
            <DisclosureTitle>
              {`Columns: ${count(columns.length)} of ${count(table.columns.length)} land`}
            </DisclosureTitle>
            <DisclosurePanel>
              <div className={columnList}>
                <CheckboxGroup
                  aria-label="Columns that land"
                  value={[...columns]}
                  onChange={(names) => onChange({ columns: names })}
                >
                  {table.columns.map(({ name, type }) => (
                    <Checkbox key={name} value={name}>{`${name} (${type})`}</Checkbox>
                  ))}
                </CheckboxGroup>
              </div>
            </DisclosurePanel>
          </Disclosure>
        </>
      ) : (
        <MappingForm client={client} table={table} draft={draft} onChange={onChange} />
      )}
    </>
  );
}
