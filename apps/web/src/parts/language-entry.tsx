import { ActionButton } from '@react-spectrum/s2/ActionButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { LanguageFunction, LanguageOperator } from '../platform/mapping-language.ts';

const entry = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 8,
  padding: 16,
  borderRadius: 'lg',
  backgroundColor: 'layer-2',
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  minWidth: 0,
});
const head = style({ display: 'flex', alignItems: 'start', gap: 12 });
const names = style({ flexGrow: 1, minWidth: 0 });
const name = style({ font: 'code-sm', fontWeight: 'bold', color: 'neutral', overflowWrap: 'anywhere' });
/** Every blank of a text counts. */
const code = style({ font: 'code-sm', color: 'neutral', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' });
const text = style({ font: 'body-sm', margin: 0 });
const quiet = style({ font: 'ui-sm', color: 'neutral-subdued' });

/** A function as its documentation tells it; its example can be tried. */
export function FunctionEntry({ of, onTry }: { of: LanguageFunction; onTry: (example: string) => void }) {
  return (
    <li className={entry}>
      <div className={head}>
        <div className={names}>
          <code className={name}>{of.name}</code>
          {of.aliases.length > 0 && (
            <span className={quiet}>
              {' '}
              also <code className={code}>{of.aliases.join(', ')}</code>
            </span>
          )}
        </div>
        <ActionButton size="S" aria-label={`Try the example of ${of.name}`} onPress={() => onTry(of.example)}>
          Try
        </ActionButton>
      </div>
      <code className={code}>{of.syntax}</code>
      <p className={text}>{of.summary}</p>
      {of.nulls !== '' && (
        <p className={text}>
          <span className={quiet}>Null behaviour: </span>
          {of.nulls}
        </p>
      )}
      <p className={text}>
        <code className={code}>{of.example}</code> → <code className={code}>{of.result}</code>
      </p>
    </li>
  );
}

export function OperatorEntry({ of }: { of: LanguageOperator }) {
  return (
    <li className={entry}>
      <code className={name}>{of.symbol}</code>
      <p className={text}>{of.description}</p>
      <code className={code}>{of.example}</code>
    </li>
  );
}
