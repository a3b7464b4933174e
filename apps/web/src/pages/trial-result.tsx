import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Status } from '../parts/status.tsx';
import type { TrialOutcome } from '../trial.ts';
import type { Wording } from '../wording.ts';
import { count } from '../wording.ts';

const column = style({ display: 'flex', flexDirection: 'column', gap: 12, minWidth: 0 });
const heading = style({ font: 'title', margin: 0 });
const document = style({
  font: 'code-sm',
  color: 'neutral',
  margin: 0,
  padding: 12,
  borderRadius: 'default',
  backgroundColor: 'layer-1',
  whiteSpace: 'pre-wrap',
  overflowWrap: 'anywhere',
  opacity: { default: 1, isStale: 0.5 },
});

interface TrialResultProps {
  readonly trial: {
    readonly outcome: TrialOutcome | undefined;
    readonly isCurrent: boolean;
    readonly problem: string | undefined;
  };
  readonly hasRow: boolean;
  readonly hasSchema: boolean;
}

/** How a trial went, and the document that the mapping makes of the row. */
export function TrialResult({ trial: { outcome, isCurrent, problem }, hasRow, hasSchema }: TrialResultProps) {
  const preview = outcome?.kind === 'mapped' ? outcome.preview : undefined;
  return (
    <div className={column}>
      <h3 className={heading}>Result</h3>
      <Status
        wording={hasRow ? statusWords(isCurrent ? outcome : undefined, hasSchema) : rowIsWrong}
        announced
      />
      <ProblemAlert title="The expression could not be tried" problem={problem} />
      {isCurrent && outcome?.kind === 'refused' && (
        <ProblemAlert title="The mapping is not possible" problem={outcome.problem} />
      )}
      {preview?.errors.map(({ code, message }) => (
        <ProblemAlert key={`${code} ${message}`} title={code} problem={message} />
      ))}
      {preview && (
        <section aria-label="The mapped document">
          <pre className={document({ isStale: !isCurrent })}>{JSON.stringify(preview.document, null, 2)}</pre>
        </section>
      )}
    </div>
  );
}

const rowIsWrong: Wording = { words: 'The sample row is not a JSON object', tone: 'negative' };

function statusWords(outcome: TrialOutcome | undefined, hasSchema: boolean): Wording {
  switch (outcome?.kind) {
    case undefined:
      return { words: 'Checking', tone: 'neutral' };
    case 'blank':
      return { words: 'Type an expression', tone: 'neutral' };
    case 'wrong':
      return { words: errorCount(outcome.errors.length), tone: 'negative' };
    case 'right':
      return {
        words: hasSchema ? 'Valid; pick a field to see its value' : 'Valid',
        tone: 'positive',
      };
    case 'refused':
      return { words: 'Not possible', tone: 'negative' };
    case 'mapped':
      return outcome.preview.errors.length === 0
        ? { words: 'Valid', tone: 'positive' }
        : { words: 'Valid, but the row fails', tone: 'negative' };
  }
}

function errorCount(errors: number): string {
  return errors === 1 ? '1 error in the expression' : `${count(errors)} errors in the expression`;
}
