import type { SpecReference } from '@tributary/runner';
import { type Static, Type } from 'typebox';
import type { Violation } from '../../http/problem.ts';

export const GivenSpecReference = Type.Object({
  id: Type.String(),
  version: Type.Optional(Type.String()),
});

interface Spec {
  readonly id: string;
  readonly version: string;
}

export type SpecChoice<S> =
  | { readonly ok: true; readonly spec: S; readonly reference: SpecReference }
  | { readonly ok: false; readonly violation: Violation };

/** The spec that a body names, with its only version where the body leaves that out. */
export function chooseSpec<S extends Spec>(
  field: 'connectionSpec' | 'flowSpec',
  given: Static<typeof GivenSpecReference> | undefined,
  find: (id: string) => S | undefined,
): SpecChoice<S> {
  const spec = given && find(given.id);
  if (given === undefined || spec === undefined) {
    return refuse(`/${field}/id`, `names no ${field}; GET /${field}s lists them`);
  }
  if (given.version !== undefined && given.version !== spec.version) {
    return refuse(`/${field}/version`, `must be ${spec.version}`);
  }
  return { ok: true, spec, reference: { id: spec.id, version: spec.version } };
}

function refuse(path: string, message: string): { ok: false; violation: Violation } {
  return { ok: false, violation: { path, message, code: '1413-400' } };
}
