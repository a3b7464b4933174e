import { Organization, type OrganizationOptions } from '../organization.ts';
import type { Credentials } from './credentials.ts';
import { type ObjectDefinition, objectDefinitions, recordIds, stampFields } from './definitions.ts';

/** The state of one Salesforce organisation. */
export class Org extends Organization<Credentials, ObjectDefinition> {
  constructor(options: OrganizationOptions<Credentials>) {
    super({ objects: objectDefinitions, ids: recordIds, stampFields }, options);
  }
}
