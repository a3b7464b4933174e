import type { Resource, ResourceFilter, ResourceKind, ScopedStore } from '@tributary/store';
import type { TSchema } from 'typebox';
import type { SandboxedCaller } from '../../http/caller.ts';
import type { Dependencies } from '../dependencies.ts';

/** A resource about to be written, inside the transaction that writes it. */
export interface Draft<Given> {
  readonly store: ScopedStore;
  readonly dependencies: Dependencies;
  readonly id: string;
  /** What the client sent; for a patch, what came of it. */
  readonly given: Given;
  /** What is there now; undefined at creation. */
  readonly stored: Resource | undefined;
}

/** Something that needs the resource which is to be deleted. */
export interface User {
  readonly kind: string;
  readonly id: string;
}

type ShownBody = Readonly<Record<string, unknown>>;

/** One of the Flow Service's kinds of stored resource; `resource-routes.ts` gives each the same five routes. */
export interface ResourceType<Given> {
  readonly kind: ResourceKind;
  /** As in paths: `connections`. */
  readonly name: string;
  /** For people: `base connection`. */
  readonly title: string;
  /** The body of a creation, and what a patch must lead to. */
  readonly body: TSchema;
  /** The same of a draft, where fields may be left out. */
  readonly draftBody: TSchema;
  /** Top-level fields of the body that filters and order may name. */
  readonly filterable: readonly string[];
  /** Fields that a patch may not touch, beside the envelope; each with the reason. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Those of them that a draft may still change. */
  readonly openInDrafts: readonly string[];
  /** Makes the document of a draft, in which only what nobody could mend later is checked. */
  composeDraft(draft: Draft<Partial<Given>>): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Checks what was given, or a draft that is to be published, with every reference locked against deletion, and makes the document to store.
   * @throws {Problem} that names each field that is wrong.
   */
  compose(draft: Draft<Given>): Promise<Readonly<Record<string, unknown>>>;
  /** The bodies as a GET shows them, in the same order: a list is shown with as many queries as one resource. */
  show(
    resources: readonly Resource[],
    store: ScopedStore,
    caller: SandboxedCaller,
  ): Promise<readonly ShownBody[]>;
  /** The body that a patch is applied to, where it is not the one that is shown. */
  editable?(resource: Resource): ShownBody;
  /** What the deletion of the resource would break. */
  users(store: ScopedStore, id: string): Promise<readonly User[]>;
  /** Refuses a deletion on account of the users. */
  readonly inUseCode: '1418-400' | '1447-400';
  /** Narrows a list by filters that the store cannot meet; undefined when nothing can meet them. */
  narrow?(filters: readonly ResourceFilter[]): readonly ResourceFilter[] | undefined;
  /** What else belongs to the change, in the same transaction. */
  written?(
    store: ScopedStore,
    resource: Resource,
    before: Resource | undefined,
    caller: SandboxedCaller,
  ): Promise<void>;
  removed?(store: ScopedStore, id: string, caller: SandboxedCaller): Promise<void>;
  /** After the transaction that created or changed the resource. */
  committed?(dependencies: Dependencies): void;
}
