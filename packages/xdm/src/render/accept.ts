import { type Outcome, type ProblemCode, problem } from '../problem.ts';

/** What a client asks of the Schema Registry in `Accept: application/vnd.adobe.xed…+json`. */
export type AcceptForm =
  /** Ids, titles and versions only. */
  | { readonly form: 'id' }
  | {
      /** `raw` keeps `$ref` and `allOf`; `full` has them resolved. */
      readonly form: 'raw' | 'full';
      /** False for `-notext`: no titles and descriptions. */
      readonly text: boolean;
      /** True for `-desc`: descriptors come along. */
      readonly descriptors: boolean;
      /** True for `-deprecatefield`: fields that a descriptor deprecates say so, as those that a resource itself does. */
      readonly deprecatedFields: boolean;
      /** Major version asked for; undefined where the answer is a list. */
      readonly majorVersion: number | undefined;
    };

/** Longest header that is looked at; a longer one is no Accept header of this API. */
const MAX_LENGTH = 1_000;
const MEDIA_TYPE = /^application\/vnd\.adobe\.xed(?<flags>(-[a-z]+)*)\+json$/;
const VERSION = /^version\s*=\s*"?(?<major>\d{1,6})(\.\d{1,6}){0,2}"?$/;
const FLAGS: ReadonlySet<string> = new Set(['id', 'full', 'notext', 'desc', 'deprecatefield', 'deprecated']);
/** Resolved forms: the one that marks deprecated fields is resolved too; clients write its name in two ways. */
const FULL_FLAGS: readonly string[] = ['full', 'deprecatefield', 'deprecated'];

/**
 * Reads the Accept header of a read from the Schema Registry; of several media types the first that fits counts.
 * A list takes no version (XDM-1006-400 where wrong); a single resource needs one unless only ids are asked for
 * (XDM-1007-400). Minor versions are accepted and not served: `version=1.0` means the newest 1.x, as `version=1` does.
 */
export function parseAccept(header: string | undefined, answer: 'list' | 'single'): Outcome<AcceptForm> {
  const code: ProblemCode = answer === 'list' ? 'XDM-1006-400' : 'XDM-1007-400';
  const wrong = (message: string): Outcome<never> => ({
    ok: false,
    problems: [problem(code, 'Accept', `${message} ${MENDS[answer]}`)],
  });
  if (header === undefined || header.trim() === '') return wrong('The Accept header is missing.');
  if (header.length > MAX_LENGTH) return wrong(`The Accept header is longer than ${MAX_LENGTH} characters.`);
  const forms = header.split(',').flatMap((range) => formOf(range.trim()) ?? []);
  const [form] = forms;
  if (form === undefined) return wrong(`The supplied Accept header is not valid: ${header}.`);
  if (answer === 'list') {
    if (form.form === 'id' || form.majorVersion === undefined) return { ok: true, value: form };
    return wrong(`The supplied Accept header has a version, which a list does not take: ${header}.`);
  }
  if (form.form === 'id' || form.majorVersion !== undefined) return { ok: true, value: form };
  return wrong(`The supplied Accept header has no version: ${header}.`);
}

const MENDS = {
  list: 'A list takes application/vnd.adobe.xed-id+json, application/vnd.adobe.xed+json or application/vnd.adobe.xed-full+json.',
  single:
    'A single resource takes application/vnd.adobe.xed+json or application/vnd.adobe.xed-full+json with a version, such as "application/vnd.adobe.xed-full+json; version=1".',
} as const;

function formOf(range: string): AcceptForm | undefined {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const listed = MEDIA_TYPE.exec(type)?.groups?.flags;
  if (listed === undefined) return undefined;
  const flags = new Set(listed.split('-').slice(1));
  if (![...flags].every((flag) => FLAGS.has(flag))) return undefined;
  const versions = parameters.filter((parameter) => parameter.startsWith('version'));
  const [major] = versions.map((parameter) => VERSION.exec(parameter)?.groups?.major);
  if (versions.length > 1 || (versions.length === 1 && major === undefined)) return undefined;
  if (flags.has('id')) return flags.size === 1 ? { form: 'id' } : undefined;
  return {
    form: FULL_FLAGS.some((flag) => flags.has(flag)) ? 'full' : 'raw',
    text: !flags.has('notext'),
    descriptors: flags.has('desc'),
    deprecatedFields: flags.has('deprecatefield') || flags.has('deprecated'),
    majorVersion: major === undefined ? undefined : Number(major),
  };
}
