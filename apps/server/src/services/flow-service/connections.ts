import { randomUUID } from 'node:crypto';
import {
  type AuthSpec,
  authSpecByName,
  type ConnectionSpec,
  connectionSpecById,
  secretParams,
} from '@tributary/connectors';
import { type ConnectionDocument, documentOf, openAuthParams } from '@tributary/runner';
import type { Resource } from '@tributary/store';
import { type Static, Type } from 'typebox';
import type { Violation } from '../../http/problem.ts';
import { requireDraftSupport } from './drafts.ts';
import { invalidBody } from './refusal.ts';
import type { Draft, ResourceType } from './resource-type.ts';
import { chooseSpec, GivenSpecReference } from './spec-reference.ts';
import { schemaViolations } from './spec-schema.ts';
import { idsUsing } from './users.ts';

const ConnectionBody = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1 })),
  description: Type.Optional(Type.String()),
  auth: Type.Object({
    specName: Type.String({ description: "One of the connection spec's authSpec[].name" }),
    params: Type.Record(Type.String(), Type.Unknown(), {
      description: "As the auth spec's JSON Schema says. Secret ones never come back.",
    }),
  }),
  connectionSpec: GivenSpecReference,
});

const DraftConnectionBody = Type.Object({
  ...Type.Partial(ConnectionBody).properties,
  connectionSpec: GivenSpecReference,
});

type GivenConnection = Static<typeof ConnectionBody>;

/**
 * Stands for a secret in the document that a patch is applied to, so that an operation can replace or remove the
 * secret without seeing it. What is still there afterwards was left alone. Nobody can guess it, and it is never sent.
 */
const UNTOUCHED = `untouched-${randomUUID()}`;

/** Base connections: how to sign in at a source. */
export const connections: ResourceType<GivenConnection> = {
  kind: 'connection',
  name: 'connections',
  title: 'base connection',
  body: ConnectionBody,
  draftBody: DraftConnectionBody,
  filterable: ['name', 'description', 'connectionSpec', 'auth'],
  fixed: { connectionSpec: 'the connection spec of a connection cannot be changed' },
  openInDrafts: [],
  inUseCode: '1418-400',

  async compose(draft) {
    const { given, id, dependencies } = draft;
    const { spec, reference } = specOf(given);
    const auth = authSpecOf(spec, given.auth.specName);
    const { params, violations } = withKeptParams(draft, given.auth.params, auth);
    violations.push(...schemaViolations(auth.spec, params, '/auth/params'));
    if (violations.length > 0) throw invalidBody(violations);
    const document: ConnectionDocument = {
      ...namedAs(given),
      state: 'enabled',
      connectionSpec: reference,
      auth: { specName: auth.name, params: withoutSecrets(spec, auth, params) },
      sealedParams: dependencies.vault.seal(JSON.stringify(params), id),
    };
    return { ...document };
  },

  async composeDraft(draft) {
    const { given, id, dependencies } = draft;
    const { spec, reference } = specOf(given);
    requireDraftSupport(spec);
    const { specName = '', params: sent = {} } = given.auth ?? {};
    // Which params are secret only the way to sign in tells: without it none are kept.
    const auth = specName === '' && Object.keys(sent).length === 0 ? undefined : authSpecOf(spec, specName);
    const { params, violations } =
      auth === undefined ? { params: {}, violations: [] } : withKeptParams(draft, sent, auth);
    if (violations.length > 0) throw invalidBody(violations);
    const document: ConnectionDocument = {
      ...namedAs(given),
      state: 'draft',
      connectionSpec: reference,
      auth: { specName, params: auth === undefined ? {} : withoutSecrets(spec, auth, params) },
      sealedParams: dependencies.vault.seal(JSON.stringify(params), id),
    };
    return { ...document };
  },

  show: async (resources) => resources.map(shownConnection),

  editable(resource) {
    const { connectionSpec, auth } = documentOf('connection', resource);
    const spec = connectionSpecById(connectionSpec.id);
    // A draft may not say yet how it signs in.
    const secrets = spec === undefined || auth.specName === '' ? [] : secretParams(spec, auth.specName);
    const hidden = Object.fromEntries(secrets.map((name) => [name, UNTOUCHED]));
    return { ...shownConnection(resource), auth: { ...auth, params: { ...auth.params, ...hidden } } };
  },

  users: (store, id) => idsUsing(store, 'sourceConnection', 'baseConnectionId', id),
};

function shownConnection(resource: Resource): Readonly<Record<string, unknown>> {
  const { sealedParams: _, ...shown } = documentOf('connection', resource);
  return shown;
}

function specOf({ connectionSpec }: Partial<GivenConnection>) {
  const chosen = chooseSpec('connectionSpec', connectionSpec, connectionSpecById);
  if (!chosen.ok) throw invalidBody([chosen.violation]);
  return chosen;
}

function namedAs({ name, description }: Partial<GivenConnection>) {
  return { ...(name !== undefined && { name }), ...(description !== undefined && { description }) };
}

function authSpecOf(spec: ConnectionSpec, specName: string): AuthSpec {
  const auth = authSpecByName(spec, specName);
  if (auth !== undefined) return auth;
  const names = spec.authSpec.map(({ name }) => name).join(', ');
  const message =
    names === ''
      ? `cannot be signed in at: ${spec.name} needs no base connection`
      : `must be one of ${names}`;
  throw invalidBody([{ path: '/auth/specName', message, code: '1415-400' }]);
}

function withoutSecrets(spec: ConnectionSpec, auth: AuthSpec, params: Readonly<Record<string, unknown>>) {
  const secrets = new Set(secretParams(spec, auth.name));
  return Object.fromEntries(Object.entries(params).filter(([name]) => !secrets.has(name)));
}

/**
 * The params with the secrets that a patch left alone, and the address where it names none: the platform's tutorial
 * replaces all params without it. Where the address changes, secrets must be sent again: else a patch could have
 * them carried to a host of its author's choosing.
 */
function withKeptParams(
  { stored, dependencies }: Pick<Draft<unknown>, 'stored' | 'dependencies'>,
  given: Readonly<Record<string, unknown>>,
  auth: AuthSpec,
) {
  const violations: Violation[] = [];
  if (stored === undefined) return { params: given, violations };
  const before = openAuthParams(dependencies.vault, stored.id, documentOf('connection', stored));
  const address = Object.entries(auth.spec.properties).find(([, schema]) => schema?.format === 'uri')?.[0];
  const sent = { ...(address !== undefined && { [address]: before[address] }), ...given };
  const moved = address !== undefined && before[address] !== sent[address] ? address : undefined;
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (value !== UNTOUCHED) params[name] = value;
    else if (before[name] !== undefined) {
      params[name] = before[name];
      if (moved === undefined) continue;
      violations.push({
        path: `/auth/params/${name}`,
        message: `must be sent again because ${moved} changes`,
      });
    }
  }
  return { params, violations };
}
