import type { Store } from '@tributary/store';
import type { Caller, SandboxedCaller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';

/**
 * An active sandbox of the caller's organisation, by a name that a body or a parameter gives.
 * @param path where the name stands
 * @throws {Problem} of kind `invalidParameter`
 */
export async function namedSandbox(
  store: Store,
  caller: Caller,
  { name, imsOrgId }: { readonly name: string; readonly imsOrgId?: string | undefined },
  path: string,
): Promise<SandboxedCaller> {
  const { organization } = caller;
  if (imsOrgId !== undefined && imsOrgId !== organization.id)
    throw invalid(path, 'names another organisation than the header x-gw-ims-org-id');
  const sandbox = await store.organizations.sandbox(organization.id, name);
  if (sandbox?.state !== 'active')
    throw invalid(path, `names no active sandbox of this organisation: '${name}'`);
  return { ...caller, sandbox, store: store.scoped({ orgId: organization.id, sandboxId: sandbox.id }) };
}

function invalid(path: string, message: string): Problem {
  return new Problem('invalidParameter', `${path} ${message}.`, { violations: [{ path, message }] });
}
