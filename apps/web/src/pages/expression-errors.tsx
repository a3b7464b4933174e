import { ActionButton } from '@react-spectrum/s2/ActionButton';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ExpressionError } from '../platform/mapping-language.ts';

const list = style({
  display: 'flex',
  flexDirection: 'column',
  gap: 8,
  margin: 0,
  marginTop: 8,
  padding: 0,
  listStyleType: 'none',
});
const item = style({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 12, rowGap: 4 });
const place = style({ font: 'ui-sm', color: 'neutral-subdued' });
const message = style({ font: 'ui', color: 'negative', minWidth: 0, overflowWrap: 'anywhere' });

interface ExpressionErrorsProps {
  readonly id: string;
  readonly expression: string;
  readonly errors: readonly ExpressionError[];
  /** Told the expression with a suggestion in it. */
  readonly onMend: (expression: string) => void;
}

/** All that is wrong with an expression, each with its place, and what may have been meant as a button. */
export function ExpressionErrors({ id, expression, errors, onMend }: ExpressionErrorsProps) {
  return (
    <div id={id} aria-live="polite">
      {errors.length > 0 && (
        <ul className={list} aria-label="Errors of the expression">
          {errors.map((error) => (
            <li key={`${error.position.offset} ${error.message}`} className={item}>
              <span className={place}>
                Line {error.position.line}, column {error.position.column}
              </span>
              <span className={message}>{error.message}</span>
              {error.suggestions.map((suggestion) => (
                <ActionButton
                  key={suggestion}
                  size="S"
                  onPress={() => onMend(mended(expression, error, suggestion))}
                >
                  Use {suggestion}
                </ActionButton>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function mended(expression: string, { position }: ExpressionError, suggestion: string): string {
  const { offset, length } = position;
  return expression.slice(0, offset) + suggestion + expression.slice(offset + length);
}
