import { Picker, PickerItem } from '@react-spectrum/s2/Picker';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { WriteDraft } from '../flow/drafts.ts';
import { ChoiceCards } from '../parts/choice-cards.tsx';
import { FieldGrid } from '../parts/field-grid.tsx';
import { fieldProblem } from '../parts/field-problem.ts';
import type { DescribedTable } from '../platform/connections.ts';
import { modeWords } from '../wording.ts';

const whole = style({ width: 'full' });

/** The key of choosing no column; no column has such a name. */
const UNSET = ' unset ';

interface WriteFormProps {
  readonly modes: readonly string[];
  readonly table: DescribedTable;
  /** Files land by what is new of them, not by a column. */
  readonly isOfFiles: boolean;
  readonly draft: WriteDraft;
  readonly onChange: (change: Partial<WriteDraft>) => void;
  /** What is wrong, by the name of the param. */
  readonly problems: Readonly<Record<string, string>>;
}

/** What becomes of the rows that a dataset has when newer ones come. */
export function WriteForm({ modes, table, isOfFiles, draft, onChange, problems }: WriteFormProps) {
  const { mode, keyColumns, deltaColumn } = draft;
  const ownKey = table.keyColumns.join(', ');
  return (
    <>
      <ChoiceCards
        label="Write mode"
        choices={modes.map((id) => ({ id, ...modeWords(id) }))}
        chosen={mode}
        onChoose={(chosen) => onChange({ mode: chosen })}
      />
      <FieldGrid>
        {mode !== 'append' && (
          <Picker
            label="Key columns"
            description={
              ownKey === ''
                ? 'The source names no key: choose the columns that tell its rows apart'
                : `The source’s own, ${ownKey}, where none is chosen`
            }
            selectionMode="multiple"
            items={table.columns.map(({ name }) => ({ id: name }))}
            value={[...keyColumns]}
            onChange={(keys) => onChange({ keyColumns: keys.map(String) })}
            isRequired={ownKey === ''}
            {...fieldProblem(problems.keyColumns)}
            styles={whole}
          >
            {({ id }) => <PickerItem id={id}>{id}</PickerItem>}
          </Picker>
        )}
        {!isOfFiles && (
          <Picker
            label="Delta column"
            description="It tells which rows have changed since the last run"
            items={deltaChoices(table)}
            selectedKey={deltaColumn ?? UNSET}
            onSelectionChange={(key) => onChange({ deltaColumn: key === UNSET ? undefined : String(key) })}
            {...fieldProblem(problems.deltaColumn ?? problems['deltaColumn.name'])}
            styles={whole}
          >
            {({ id, words }) => <PickerItem id={id}>{words}</PickerItem>}
          </Picker>
        )}
      </FieldGrid>
    </>
  );
}

/** What holds where nothing is chosen, then all other times, those that the source proposes first. */
function deltaChoices({ columns, deltaColumns: [best, ...proposed] }: DescribedTable) {
  const known = new Set([best, ...proposed]);
  const others = columns.filter(({ name, isTime }) => isTime && !known.has(name));
  return [
    {
      id: UNSET,
      words: best === undefined ? 'None: all rows are read each time' : `${best}, as the source proposes`,
    },
    ...[...proposed, ...others.map(({ name }) => name)].map((id) => ({ id, words: id })),
  ];
}
