import { Type } from 'typebox';

/** A switch in a query. Clients in Python write it with a capital. */
export function queryFlag(description: string) {
  return Type.Optional(Type.String({ pattern: '^([Tt]rue|[Ff]alse)$', description }));
}

/** Whether a switch is on; `otherwise` where it is not given. */
export function isOn(flag: string | undefined, otherwise = false): boolean {
  return flag === undefined ? otherwise : flag.toLowerCase() === 'true';
}
