import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useId } from 'react';

const group = style({ borderWidth: 0, margin: 0, padding: 0, minWidth: 0 });
const legend = style({ font: 'ui', color: 'neutral-subdued', padding: 0, marginBottom: 8 });
const cards = style({
  display: 'grid',
  gridTemplateColumns: {
    default: ['minmax(0, 1fr)'],
    sm: ['repeat(auto-fill, minmax(240px, 1fr))'],
  },
  gap: 12,
});
const card = style({
  display: 'flex',
  alignItems: 'start',
  gap: 12,
  padding: 16,
  borderRadius: 'lg',
  borderWidth: 2,
  borderStyle: 'solid',
  borderColor: { default: 'gray-200', isChosen: 'accent-800' },
  backgroundColor: 'layer-2',
  cursor: 'pointer',
});
const texts = style({ display: 'flex', flexDirection: 'column', gap: 4, minWidth: 0 });
const title = style({ font: 'title-sm', overflowWrap: 'anywhere' });
const noteText = style({ font: 'ui-sm', color: 'neutral-subdued', overflowWrap: 'anywhere' });

interface Choice<Id> {
  readonly id: Id;
  readonly name: string;
  readonly note: string;
}

interface ChoiceCardsProps<Id> {
  readonly label: string;
  readonly choices: readonly Choice<Id>[];
  readonly chosen: Id | undefined;
  readonly onChoose: (id: Id) => void;
}

/** One of a few, each with what it is: radio buttons, to be used with the arrow keys. */
export function ChoiceCards<Id extends string>({ label, choices, chosen, onChoose }: ChoiceCardsProps<Id>) {
  const name = useId();
  return (
    <fieldset className={group}>
      <legend className={legend}>{label}</legend>
      <div className={cards}>
        {choices.map((choice) => (
          <label key={choice.id} className={card({ isChosen: choice.id === chosen })}>
            <input
              type="radio"
              name={name}
              value={choice.id}
              checked={choice.id === chosen}
              aria-label={choice.name}
              aria-describedby={`${name}-${choice.id}`}
              onChange={() => onChoose(choice.id)}
            />
            <span className={texts}>
              <span className={title}>{choice.name}</span>
              <span className={noteText} id={`${name}-${choice.id}`}>
                {choice.note}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
