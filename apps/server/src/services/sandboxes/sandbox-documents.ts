import type { Sandbox, SandboxState } from '@tributary/store';
import { type Static, Type } from 'typebox';

/** Where this installation's sandboxes are; the platform names its data centers here. */
const REGION = 'self-hosted';

export const SandboxName = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,255}$',
  description: 'Lower-case letters, digits and dashes; begins with a letter; at most 256 characters.',
});
export const SandboxParameter = Type.Object({
  sandboxName: Type.String({ description: 'The `name` of a sandbox.' }),
});
export const SandboxTitle = Type.String({ minLength: 1, maxLength: 255 });
export const SandboxType = Type.Enum(['production', 'development']);

const State = Type.Enum(['creating', 'active', 'resetting', 'deleting', 'deleted', 'failed']);
const SystemState = Type.Enum(['creating', 'active', 'cleaning', 'de-provisioning', 'deleted', 'failed']);

/** A sandbox as the answer to a change shows it. */
export const AcceptedSandbox = Type.Object({
  id: Type.String(),
  name: Type.String(),
  title: Type.String(),
  state: State,
  type: SandboxType,
  region: Type.String(),
});
export type AcceptedSandbox = Static<typeof AcceptedSandbox>;

/** A sandbox as the list of those that a user may use shows it. */
export const AvailableSandbox = Type.Object({
  ...AcceptedSandbox.properties,
  isDefault: Type.Boolean({ description: 'Whether it is the one that the organisation began with.' }),
  eTag: Type.Integer({ description: 'Counts changes.' }),
  createdDate: Type.String({ description: '`YYYY-MM-DD hh:mm:ss` in UTC.' }),
  lastModifiedDate: Type.String(),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
});
export type AvailableSandbox = Static<typeof AvailableSandbox>;

/** A sandbox as those who manage them see it. */
export const ManagedSandbox = Type.Object({
  ...AvailableSandbox.properties,
  _system: Type.Object({
    state: SystemState,
    createdDate: Type.String(),
    createdBy: Type.String(),
    lastModifiedDate: Type.String(),
    lastModifiedBy: Type.String(),
  }),
});
export type ManagedSandbox = Static<typeof ManagedSandbox>;

const systemStates: Readonly<Record<SandboxState, Static<typeof SystemState>>> = {
  active: 'active',
  resetting: 'cleaning',
  deleting: 'de-provisioning',
  deleted: 'deleted',
};

/** @param state what the answer is documented to tell, where that is not the sandbox's own state any more */
export function acceptedSandbox(
  sandbox: Sandbox,
  state: AcceptedSandbox['state'] = sandbox.state,
): AcceptedSandbox {
  const { id, name, title, type } = sandbox;
  return { id, name, title, state, type, region: REGION };
}

export function availableSandbox(sandbox: Sandbox): AvailableSandbox {
  return {
    ...acceptedSandbox(sandbox),
    isDefault: sandbox.isDefault,
    eTag: sandbox.version,
    createdDate: dateText(sandbox.createdAt),
    lastModifiedDate: dateText(sandbox.updatedAt),
    createdBy: sandbox.createdBy,
    modifiedBy: sandbox.updatedBy,
  };
}

export function managedSandbox(sandbox: Sandbox): ManagedSandbox {
  const shown = availableSandbox(sandbox);
  return {
    ...shown,
    _system: {
      state: systemStates[sandbox.state],
      createdDate: shown.createdDate,
      createdBy: shown.createdBy,
      lastModifiedDate: shown.lastModifiedDate,
      lastModifiedBy: shown.modifiedBy,
    },
  };
}

function dateText(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
