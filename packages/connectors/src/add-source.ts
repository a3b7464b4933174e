import { addConnectionSpec, type ConnectionSpec, connectionSpecs } from './connection-specs.ts';
import { addToFlowSpecs } from './flow-specs.ts';
import { textAt, valueAt } from './json.ts';
import { addSourceEntry, type SourceEntry } from './registry.ts';

/** A source from outside of this package, as a module exports it under the name `source`. */
export interface SourceDefinition {
  /** What is listed of it, and what its connections must be; see `tableConnectionSpec`. */
  readonly connectionSpec: ConnectionSpec;
  readonly create: SourceEntry['create'];
}

/** Something that was given as a source cannot be one. The message names the field, and the mend. */
export class SourceUnfit extends Error {
  override readonly name = 'SourceUnfit';
}

/**
 * Adds a source to those of this package, for the rest of the process: its connection spec is listed, its connections are
 * taken, and flows may begin at them. To be called before anything is listed or read.
 *
 * @throws SourceUnfit where the definition lacks something, or another source has its id or name.
 */
export function addSource(definition: unknown): void {
  const { connectionSpec, create } = parseDefinition(definition);
  addConnectionSpec(connectionSpec);
  addToFlowSpecs(connectionSpec.id);
  addSourceEntry({
    connectionSpecId: connectionSpec.id,
    name: connectionSpec.attributes.connectorName,
    create,
  });
}

function parseDefinition(definition: unknown): SourceDefinition {
  const create = valueAt(definition, 'create');
  if (typeof create !== 'function')
    throw new SourceUnfit('source.create: must be a function that makes a Source');
  const spec = valueAt(definition, 'connectionSpec');
  for (const name of ['id', 'name', 'version', 'providerId'])
    textIn(spec, name, `source.connectionSpec.${name}`);
  textIn(valueAt(spec, 'attributes'), 'connectorName', 'source.connectionSpec.attributes.connectorName');
  for (const part of ['sourceSpec', 'exploreSpec', 'permissionsInfo'])
    objectIn(spec, part, `source.connectionSpec.${part}`);
  objectIn(valueAt(spec, 'sourceSpec'), 'spec', 'source.connectionSpec.sourceSpec.spec');
  const authSpecs = valueAt(spec, 'authSpec');
  if (!Array.isArray(authSpecs) || authSpecs.length === 0)
    throw new SourceUnfit('source.connectionSpec.authSpec: must list at least one way of signing in');
  for (const [index, authSpec] of authSpecs.entries()) {
    const at = `source.connectionSpec.authSpec[${index}]`;
    textIn(authSpec, 'name', `${at}.name`);
    objectIn(valueAt(authSpec, 'spec'), 'properties', `${at}.spec.properties`);
  }
  refuseTaken(spec, 'id');
  refuseTaken(spec, 'name');
  // What is read of a definition was just looked at.
  return definition as SourceDefinition;
}

function refuseTaken(spec: unknown, name: 'id' | 'name'): void {
  const taken = connectionSpecs.find((known) => known[name] === textAt(spec, name));
  if (taken === undefined) return;
  throw new SourceUnfit(
    `source.connectionSpec.${name}: ${taken[name]} is that of ${taken.attributes.connectorName}; choose another`,
  );
}

function textIn(holder: unknown, name: string, path: string): void {
  if (!textAt(holder, name)) throw new SourceUnfit(`${path}: must be a text`);
}

function objectIn(holder: unknown, name: string, path: string): void {
  const value = valueAt(holder, name);
  if (typeof value !== 'object' || value === null) throw new SourceUnfit(`${path}: must be an object`);
}
