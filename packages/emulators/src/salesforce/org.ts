import { Organization, type OrganizationOptions } from '../organization.ts';
import type { Credentials } from './credentials.ts';
import {
  findObject,
  type ObjectDefinition,
  objectDefinitions,
  recordIds,
  stampFields,
} from './definitions.ts';

/** Finds an object as it is just now. */
export type FindObject = (name: string) => ObjectDefinition | undefined;

/** The state of one Salesforce organisation. */
export class Org extends Organization<Credentials, ObjectDefinition> {
  constructor(options: OrganizationOptions<Credentials>) {
    super({ objects: objectDefinitions, ids: recordIds, stampFields }, options);
  }

  /** Every object with the fields that it has just now. */
  get objects(): readonly ObjectDefinition[] {
    return objectDefinitions.map(({ name }) => this.table(name).object);
  }

  /** An object with the fields that it has just now. */
  readonly findObject: FindObject = (name) => {
    const known = findObject(name);
    return known === undefined ? undefined : this.table(known.name).object;
  };
}
