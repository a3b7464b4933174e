import dataLake from './data-lake/connection-spec.json' with { type: 'json' };
import mysql from './databases/mysql/connection-spec.json' with { type: 'json' };
import mariadb from './databases/mysql/mariadb-connection-spec.json' with { type: 'json' };
import postgresql from './databases/postgresql/connection-spec.json' with { type: 'json' };
import dynamics from './dynamics/connection-spec.json' with { type: 'json' };
import localFolder from './files/local/connection-spec.json' with { type: 'json' };
import s3 from './files/s3/connection-spec.json' with { type: 'json' };
import sftp from './files/sftp/connection-spec.json' with { type: 'json' };
import salesforce from './salesforce/connection-spec.json' with { type: 'json' };

/** A JSON Schema (draft 7), as it stands in the answers of the API. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One way of signing in at a source; `spec` is the schema of a base connection's `auth.params`. */
export interface AuthSpec {
  readonly name: string;
  readonly type: string;
  readonly spec: AuthParamsSchema;
}

/** Secret parameters carry `format: password`. */
export interface AuthParamsSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, AuthParamSchema | undefined>>;
  readonly required: readonly string[];
}

export interface AuthParamSchema {
  readonly description: string;
  readonly format?: string;
}

/** What a source or target connection's `params` must be. */
export interface ParamsSpec {
  readonly name: string;
  readonly type: string;
  readonly spec: JsonSchema;
  readonly attributes?: JsonSchema;
}

export interface ExploreSpec {
  readonly name: string;
  readonly type: string;
  readonly requestSpec: JsonSchema;
  readonly responseSpec: JsonSchema;
}

export interface Permission {
  readonly '@type': string;
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface PermissionsInfo {
  readonly manage: readonly Permission[];
  readonly view: readonly Permission[];
}

/** A connection spec in the shape that `GET /connectionSpecs` answers. */
export interface ConnectionSpec {
  readonly id: string;
  readonly name: string;
  readonly providerId: string;
  readonly version: string;
  readonly authSpec: readonly AuthSpec[];
  readonly sourceSpec?: ParamsSpec;
  readonly targetSpec?: ParamsSpec;
  readonly exploreSpec?: ExploreSpec;
  readonly attributes: {
    readonly category: string;
    readonly connectorName: string;
    readonly isSource: boolean;
    readonly uiAttributes: JsonSchema;
    readonly isDraftModeSupported?: boolean;
  };
  readonly permissionsInfo: PermissionsInfo;
}

const specs: ConnectionSpec[] = [
  salesforce,
  dynamics,
  postgresql,
  mysql,
  mariadb,
  localFolder,
  s3,
  sftp,
  dataLake,
];

/** What can be connected to: the specs of this package, and those that were added since the process began. */
export const connectionSpecs: readonly ConnectionSpec[] = specs;

/** Lists a spec; see `addSource`. */
export function addConnectionSpec(spec: ConnectionSpec): void {
  specs.push(spec);
}

export function connectionSpecById(id: string): ConnectionSpec | undefined {
  return connectionSpecs.find((spec) => spec.id === id);
}

export function connectionSpecByName(name: string): ConnectionSpec | undefined {
  return connectionSpecs.find((spec) => spec.name === name);
}

/** Whether a spec's source reads files: its source connections tell of a path and a format. */
export function readsFiles(spec: ConnectionSpec): boolean {
  return spec.sourceSpec?.type === 'FileSystem';
}

export function authSpecByName(spec: ConnectionSpec, authSpecName: string): AuthSpec | undefined {
  return spec.authSpec.find((auth) => auth.name === authSpecName);
}

/**
 * Names of the auth parameters that must be stored encrypted and never leave again.
 *
 * @throws RangeError where the spec has no auth spec of that name: an empty answer would let secrets through.
 */
export function secretParams(spec: ConnectionSpec, authSpecName: string): readonly string[] {
  const auth = authSpecByName(spec, authSpecName);
  if (auth === undefined) {
    throw new RangeError(`Connection spec ${spec.name} has no auth spec "${authSpecName}"`);
  }
  return Object.entries(auth.spec.properties)
    .filter(([, schema]) => schema?.format === 'password')
    .map(([name]) => name);
}
