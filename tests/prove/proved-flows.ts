import type { ServerUnderTest } from '../server-under-test.ts';
import type { Walk } from '../tutorial.ts';
import { makeFlow, type ProvedFlow } from './api-clients.ts';
import { Appointments, neverDue } from './appointments.ts';
import type { ChangingFiles } from './changing-files.ts';
import { expectLanded } from './contacts.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

/** The flows that are there from the beginning. */
export interface ProvedFlows {
  /** Clients run them. */
  readonly onDemand: readonly [ProvedFlow, ...ProvedFlow[]];
  /** They run by their schedules alone. */
  readonly byAppointment: readonly ProvedFlow[];
  readonly appointments: readonly Appointments[];
  /** It reads files, a partition each, and runs by its schedule alone. */
  readonly ofFiles: Walk;
  readonly all: readonly Walk[];
}

/** Makes flows in every mode. */
export async function startFlows(
  server: ServerUnderTest,
  files: ChangingFiles,
  random: Random,
): Promise<ProvedFlows> {
  const onDemand = [
    await makeFlow(server, 'Mirrored', 'mirror'),
    await makeFlow(server, 'Appended', 'append'),
  ] as const;
  const byAppointment = [
    await makeFlow(server, 'Mirrored when due', 'mirror', neverDue),
    await makeFlow(server, 'Upserted when due', 'upsert', neverDue),
    await makeFlow(server, 'Appended when due', 'append', neverDue),
  ];
  const ofFiles = await files.makeFlow(server, neverDue);
  const appointments = [
    ...byAppointment.map(({ flowId }) => new Appointments(server, flowId, random.fork())),
    new Appointments(server, ofFiles.flowId, random.fork(), () => files.rewriteSome()),
  ];
  const all = [...onDemand, ...byAppointment, ofFiles];
  return { onDemand, byAppointment, appointments, ofFiles, all };
}

/** Holds all datasets against their sources, those of flows that clients have made among them. */
export async function expectFlowsLanded({ installation, flows, files, ledger }: Scene): Promise<void> {
  const { server } = installation;
  for (const flow of [...flows.onDemand, ...flows.byAppointment, ...ledger.flows])
    await expectLanded(server, flow);
  await files.expectLanded(server, flows.ofFiles);
}
