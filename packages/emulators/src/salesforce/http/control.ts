import type { FastifyInstance } from 'fastify';
import { registerControl } from '../../control.ts';
import { ControlError, readBody, wholeNumber } from '../../control-requests.ts';
import { type FieldDefinition, type ObjectDefinition, plainFields } from '../definitions.ts';
import { compileJsonRow } from '../render.ts';
import { applySchemaChange, parseSchemaChange, recalculate } from '../schema-change.ts';
import { bulkDatetime } from '../timestamps.ts';
import type { Trouble } from '../trouble.ts';
import type { Context } from './context.ts';
import { ownFaultsOf, schemaChangeOptions, vocabularyOf } from './control-requests.ts';

/** The emulator's own API: rows are shown with all fields but the compound ones, datetimes as the bulk API writes them. */
export function registerSalesforceControl(server: FastifyInstance, context: Context): void {
  const { org, faults, usage } = context;
  registerControl<Trouble, FieldDefinition, ObjectDefinition>(server, {
    organization: org,
    faults,
    usage,
    vocabulary: vocabularyOf(org),
    ownFaults: ownFaultsOf(org),
    takeLateSeconds: () => faults.take(['lateCommit'], '/__emulator/mutate')?.seconds ?? 0,
    compileRow: (snapshot) =>
      compileJsonRow(snapshot, plainFields(snapshot.object), {
        attributesUrl: undefined,
        datetime: bulkDatetime,
      }),
    ownState: () => ownState(context),
  });
  registerLogins(server, context);
  registerUsage(server, context);
  registerSchema(server, context);
}

/** What the org's objects are made of. */
function registerSchema(server: FastifyInstance, { org }: Context): void {
  const shown = ({ name, fields }: ObjectDefinition) => ({
    object: name,
    fields: fields.map((field) => field.name),
  });
  server.post('/schema', async ({ body }) =>
    shown(applySchemaChange(org, parseSchemaChange(readBody(body, schemaChangeOptions), org))),
  );
  server.post('/recalculate', async ({ body }) => shown(recalculate(org, body)));
}

/** How much of the day's limits is used up. */
function registerUsage(server: FastifyInstance, { usage, jobs }: Context): void {
  server.post('/usage', async ({ body }) => {
    const asked = readBody(body, ['apiRequests', 'bulkQueryJobs']);
    usage.setApiCalls(wholeNumber(asked, 'apiRequests', usage.apiCalls));
    jobs.setMadeToday(wholeNumber(asked, 'bulkQueryJobs', jobs.madeToday));
    return { apiRequests: usage.apiCalls, bulkQueryJobs: jobs.madeToday };
  });
}

/** Who may log in, and who still is. */
function registerLogins(server: FastifyInstance, { connectedApp, sessions }: Context): void {
  server.post('/certificate', async ({ body }) => {
    const { certificate } = readBody(body, ['certificate']);
    try {
      connectedApp.setCertificate(String(certificate));
    } catch {
      throw new ControlError("'certificate' must be a certificate or a public key of RSA, in PEM.");
    }
    return { certificate: 'registered' };
  });
  server.post('/refresh-token', async ({ body }) => {
    const { rotates = false } = readBody(body, ['rotates']);
    if (typeof rotates !== 'boolean') throw new ControlError("'rotates' must be true or false.");
    return { refreshToken: connectedApp.grant(rotates) };
  });
  server.delete('/sessions', async () => ({ ended: sessions.endAll() }));
}

function ownState({ usage, jobs }: Context): Readonly<Record<string, unknown>> {
  return {
    apiUsage: { used: usage.apiCalls, limit: usage.dailyLimit },
    jobs: jobs.list().map((job) => ({
      id: job.id,
      state: jobs.state(job),
      operation: job.request.operation,
      query: job.request.query,
      rows: job.rows.length,
    })),
  };
}
