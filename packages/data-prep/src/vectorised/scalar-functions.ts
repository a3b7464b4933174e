import { checksum, utf8Checksums } from './checksum.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { lower, pad, position, slice, upper } from './text.ts';
import { userAgentFunctions } from './user-agent.ts';
import { zone, zoneName } from './zone.ts';

/** Every scalar function that emitted SQL may call. Whoever runs such SQL registers them all first. */
export const scalarFunctions: readonly ScalarFunction[] = [
  checksum,
  ...utf8Checksums.values(),
  lower,
  pad,
  position,
  slice,
  upper,
  zone,
  zoneName,
  ...userAgentFunctions.values(),
];
