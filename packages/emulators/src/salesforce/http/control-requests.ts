import { ControlError, type OwnFaults, type Vocabulary } from '../../control-requests.ts';
import {
  type FieldDefinition,
  findField,
  findObject,
  type ObjectDefinition,
  objectDefinitions,
} from '../definitions.ts';
import type { Trouble } from '../trouble.ts';

/** What control requests may name in a Salesforce organisation. */
export const vocabulary: Vocabulary<FieldDefinition, ObjectDefinition> = {
  objects: objectDefinitions,
  findObject,
  findField,
  isDatetime: ({ type }) => type === 'datetime',
  isDerived: ({ name, make }) => ['id', 'name', 'address'].includes(make.kind) || name === 'IsDeleted',
};

/** The faults that only Salesforce has. */
export const ownFaults: OwnFaults<Trouble> = {
  requestLimit: { options: [], parse: () => ({ kind: 'requestLimit' }) },
  expireSession: { options: [], parse: () => ({ kind: 'expireSession' }) },
  jobFailed: {
    options: ['errorMessage'],
    parse({ errorMessage = 'InternalServerError: Retried more than fifteen times' }) {
      if (typeof errorMessage !== 'string') throw new ControlError("'errorMessage' must be text.");
      return { kind: 'jobFailed', errorMessage };
    },
  },
};
