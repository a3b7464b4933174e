import {
  type Body,
  ControlError,
  type OwnFaults,
  parseMutation,
  type Vocabulary,
  wholeNumber,
} from '../../control-requests.ts';
import { type FieldDefinition, findField, isCompound, type ObjectDefinition } from '../definitions.ts';
import type { Org } from '../org.ts';
import { parseSchemaChange } from '../schema-change.ts';
import type { Trouble } from '../trouble.ts';

/** What control requests may name in an organisation as it is just now. */
export function vocabularyOf(org: Org): Vocabulary<FieldDefinition, ObjectDefinition> {
  return {
    get objects() {
      return org.objects;
    },
    findObject: org.findObject,
    findField,
    hasRecycleBin: true,
    isDatetime: ({ type }) => type === 'datetime',
    isDerived: (field) =>
      ['id', 'name'].includes(field.make.kind) ||
      isCompound(field) ||
      field.formula !== undefined ||
      field.name === 'IsDeleted',
  };
}

/** The faults that only Salesforce has. */
export function ownFaultsOf(org: Org): OwnFaults<Trouble> {
  return {
    requestLimit: { options: [], parse: () => ({ kind: 'requestLimit' }) },
    expireSession: { options: [], parse: () => ({ kind: 'expireSession' }) },
    expireCursor: { options: [], parse: () => ({ kind: 'expireCursor' }) },
    error: { options: ['status', 'errorCode', 'message'], parse: parseError },
    queryTimeout: {
      options: ['rows'],
      parse: (body) => ({ kind: 'queryTimeout', rows: wholeNumber(body, 'rows', 0) }),
    },
    jobFailed: {
      options: ['errorMessage'],
      parse({ errorMessage = 'InternalServerError: Retried more than fifteen times' }) {
        if (typeof errorMessage !== 'string') throw new ControlError("'errorMessage' must be text.");
        return { kind: 'jobFailed', errorMessage };
      },
    },
    jobStuck: { options: [], parse: () => ({ kind: 'jobStuck' }) },
    shortPage: { options: ['rows', 'announced'], parse: parseShortPage },
    clockSkew: {
      options: ['seconds'],
      parse: (body) => ({
        kind: 'clockSkew',
        seconds: wholeNumber(body, 'seconds', 300, -MOST_SKEW, MOST_SKEW),
      }),
    },
    mutation: {
      options: mutationOptions,
      parse: (body) => ({
        kind: 'mutation',
        mutation: parseMutation(only(body, mutationOptions), org, vocabularyOf(org)),
      }),
    },
    schemaChange: {
      options: schemaChangeOptions,
      parse: (body) => ({
        kind: 'schemaChange',
        change: parseSchemaChange(only(body, schemaChangeOptions), org),
      }),
    },
  };
}

/** Seconds by which a fault may put the clock wrong: a day. */
const MOST_SKEW = 86_400;
const mutationOptions = ['object', 'update', 'insert', 'delete', 'undelete', 'hardDelete', 'set'];
export const schemaChangeOptions = ['object', 'add', 'remove', 'retype'];

/** The part of a fault's request that tells what is to happen, without what tells when. */
function only(body: Body, options: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => options.includes(name)));
}

function parseError(body: Body): Trouble {
  const { errorCode = 'UNABLE_TO_LOCK_ROW', message = 'unable to obtain exclusive access to this record' } =
    body;
  if (typeof errorCode !== 'string' || typeof message !== 'string')
    throw new ControlError("'errorCode' and 'message' must be text.");
  return { kind: 'error', status: wholeNumber(body, 'status', 400, 400, 599), errorCode, message };
}

function parseShortPage(body: Body): Trouble {
  const announced = body.announced ?? 'whole';
  if (announced !== 'whole' && announced !== 'short')
    throw new ControlError("'announced' must be whole or short.");
  return { kind: 'shortPage', rows: wholeNumber(body, 'rows', 0), announced };
}
