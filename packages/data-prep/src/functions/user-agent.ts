import { madeOf, valuesOf } from '../sql/emitted.ts';
import { callScalar } from '../vectorised/scalar-function.ts';
import { userAgentFunctions as scalarFunctions } from '../vectorised/user-agent.ts';
import type { FunctionEntry } from './entry.ts';
import { fixed } from './signature.ts';

const sample =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 5_1_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) Version/5.1 Mobile/9B206 Safari/7534.48.3';

const descriptions = [
  { name: 'ua_os_name', told: 'name of the operating system', result: 'iOS' },
  { name: 'ua_os_version', told: 'version of the operating system', result: '5.1.1' },
  { name: 'ua_os_version_major', told: 'operating system and its major version', result: 'iOS 5' },
  { name: 'ua_os_name_version', told: 'operating system and its version', result: 'iOS 5.1.1' },
  { name: 'ua_agent_name', told: 'name of the browser or tool', result: 'Safari' },
  { name: 'ua_agent_version', told: 'version of the browser or tool', result: '5.1' },
  { name: 'ua_agent_version_major', told: 'browser or tool and its major version', result: 'Safari 5' },
  { name: 'ua_device_class', told: 'class of the device', result: 'Phone' },
] as const;

/** What the text of a user agent (the HTTP header) tells of its sender. */
export const userAgentFunctions: readonly FunctionEntry[] = descriptions.map(({ name, told, result }) => ({
  name,
  aliases: [],
  category: 'User Agent',
  form: 'function',
  parameters: [{ name: 'userAgent', type: 'string', description: 'The text of the user agent header.' }],
  signature: fixed(['string'], 'string'),
  returnType: 'string',
  description: `The ${told}, read from a user agent; "Unknown", or "??" for a version, where it does not tell.`,
  nulls: 'Null for a null text.',
  example: { expression: `${name}("${sample}")`, result: JSON.stringify(result) },
  emit: (args) => {
    const scalar = scalarFunctions.get(name);
    if (scalar === undefined) throw new Error(`There is no scalar function for ${name}`);
    return madeOf(args, callScalar(scalar, valuesOf(args)));
  },
}));
