/** One way in which a document does not keep to a schema. */
export interface DocumentViolation {
  /** JSON pointer to the value in the document, or to where it is missing. */
  readonly pointer: string;
  /** The keyword of JSON Schema that is not kept to; `additionalProperties`, `identityMap` and `identity` besides. */
  readonly keyword: string;
  /** A document with warnings only is ingested. */
  readonly severity: 'error' | 'warning';
  readonly expected: string;
  /** The value as JSON, shortened; `nothing` where it is missing. */
  readonly found: string;
  readonly message: string;
}

/** Violations of one document that are told at most. */
export const MAX_VIOLATIONS = 1_000;
/** Characters of a value that a violation shows. */
const MAX_SHOWN = 200;

interface Finding extends Omit<DocumentViolation, 'severity' | 'message'> {
  readonly severity?: DocumentViolation['severity'];
  readonly hint?: string;
}

/** Gathers violations in the document's order. Where there are too many, warnings make room for errors. */
export class DocumentReport {
  readonly violations: DocumentViolation[] = [];
  readonly #limit: number;
  #errors = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether nothing more would be told, so that nothing more need be looked for. */
  get isFull(): boolean {
    return this.#errors >= this.#limit;
  }

  /** Whether a warning would still be told. */
  get hasRoom(): boolean {
    return this.violations.length < this.#limit;
  }

  tell({ severity = 'error', hint = '', ...finding }: Finding): void {
    const isError = severity === 'error';
    if (!this.hasRoom) {
      if (!isError || this.isFull) return;
      this.violations.splice(this.violations.findLastIndex(isWarning), 1);
    }
    if (isError) this.#errors += 1;
    const where = finding.pointer === '' ? 'The document' : finding.pointer;
    const message = `${where}: expected ${finding.expected}, found ${finding.found}.${hint}`;
    this.violations.push({ ...finding, severity, message });
  }
}

function isWarning({ severity }: DocumentViolation): boolean {
  return severity === 'warning';
}

/** Some of the values, as many as are shown. */
export function shortList(values: readonly string[]): string {
  return shortened(values.slice(0, MAX_SHOWN).join(', '));
}

/** A value as a violation shows it. */
export function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
