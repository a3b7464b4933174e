import type { ObjectNode } from '../compose/node.ts';
import { isJsonObject, pointer } from '../registry/field-check.ts';
import { type DocumentReport, shown } from './document-report.ts';
import { isAbsent, type JsonObject, memberOf } from './document-values.ts';

/** A field that an identity descriptor names, by its path in the schema. */
export interface DocumentIdentity {
  readonly path: readonly string[];
  readonly isPrimary: boolean;
}

/** `context/identitymap`: lists of identities by the code of their namespace. */
export function checkIdentityMap(root: ObjectNode, document: JsonObject, report: DocumentReport): void {
  const value = memberOf(document, 'identityMap');
  if (root.properties.get('identityMap')?.kind !== 'map' || !isJsonObject(value)) return;
  let primaries = 0;
  for (const [namespace, identities] of Object.entries(value)) {
    const at = pointer('/identityMap', namespace);
    if (namespace.trim() === '') {
      report.tell({
        pointer: at,
        keyword: 'identityMap',
        expected: 'the code of a namespace as key',
        found: '""',
      });
    }
    if (!Array.isArray(identities)) continue;
    for (const [index, identity] of identities.entries()) {
      if (!isJsonObject(identity)) continue;
      const where = pointer(at, index);
      if (isAbsent(identity.id) || identity.id === '') {
        report.tell({
          pointer: pointer(where, 'id'),
          keyword: 'identityMap',
          expected: 'the id of the identity',
          found: shown(identity.id),
        });
      }
      if (identity.primary !== true) continue;
      primaries += 1;
      if (primaries < 2) continue;
      report.tell({
        pointer: pointer(where, 'primary'),
        keyword: 'identityMap',
        expected: 'one primary identity in a record',
        found: 'another',
      });
    }
  }
}

/** The primary identity that a descriptor names must be there. */
export function checkPrimary(document: JsonObject, path: readonly string[], report: DocumentReport): void {
  const value = path.reduce<unknown>(
    (at, name) => (isJsonObject(at) ? memberOf(at, name) : undefined),
    document,
  );
  if (!isAbsent(value) && value !== '') return;
  report.tell({
    pointer: path.reduce<string>(pointer, ''),
    keyword: 'identity',
    expected: 'a value, as the field is the primary identity',
    found: shown(value),
  });
}
