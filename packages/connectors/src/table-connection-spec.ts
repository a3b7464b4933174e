import type { AuthParamSchema, ConnectionSpec } from './connection-specs.ts';
import postgresql from './databases/postgresql/connection-spec.json' with { type: 'json' };

/** What differs between connection specs of sources of tables. */
export interface TableSourceWords {
  /** A UUID of its own. */
  readonly id: string;
  /** What programs call it: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** What people call it. */
  readonly connectorName: string;
  readonly description: string;
  /** Such as `Databases`. */
  readonly category: string;
  /** Ways of signing in by their names; `format: password` marks what is secret: sealed, and never shown again. */
  readonly auth: Readonly<Record<string, AuthParams>>;
}

interface AuthParams {
  readonly required: readonly string[];
  /** Each a JSON Schema. */
  readonly properties: Readonly<
    Record<string, AuthParamSchema & { readonly type: string | readonly string[] }>
  >;
}

/** The connection spec of a source of tables, in the shape that `GET /connectionSpecs` answers. */
export function tableConnectionSpec(words: TableSourceWords): ConnectionSpec {
  const { id, name, connectorName, description, category, auth } = words;
  const { sourceSpec, exploreSpec, permissionsInfo, attributes, providerId } = postgresql;
  return {
    id,
    name,
    providerId,
    version: '1.0',
    authSpec: Object.entries(auth).map(([authName, params]) => ({
      name: authName,
      type: authName.replaceAll(/\W+/g, '_'),
      spec: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        description: 'Parameters that sign in at the source',
        ...params,
        additionalProperties: false,
      },
    })),
    // Tables are named, explored and shown alike, whatever they are kept in.
    sourceSpec: {
      ...sourceSpec,
      attributes: {
        uiAttributes: { isSource: true, description: { text: description }, label: { text: connectorName } },
      },
    },
    exploreSpec,
    attributes: { ...attributes, category, connectorName },
    permissionsInfo,
  };
}
