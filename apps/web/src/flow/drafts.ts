/** Where rows go, as it is filled in. */
export interface TargetDraft {
  readonly kind: 'new' | 'existing';
  /** Of a new schema. */
  readonly title: string;
  /** The columns that get a field there. */
  readonly columns: readonly string[];
  /** Of a schema that is there. */
  readonly schemaId: string | undefined;
  /** The field that each path of the source goes to; empty where to none. */
  readonly destinations: Readonly<Record<string, string>>;
}

/** How rows are written, and by which columns they are told apart and changes are told. */
export interface WriteDraft {
  readonly mode: string;
  /** Empty: the source's own key. */
  readonly keyColumns: readonly string[];
  /** Undefined: the one that the source proposes. */
  readonly deltaColumn: string | undefined;
}
