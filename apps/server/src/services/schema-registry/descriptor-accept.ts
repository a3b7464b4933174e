import { Problem } from '../../http/problem.ts';

/** What a list of descriptors shows of each, and whether it comes in pages. */
export interface DescriptorListForm {
  readonly shows: 'ids' | 'links' | 'objects';
  readonly isPaged: boolean;
}

/** Descriptors are asked for as `xdm`; clients that know the rest of the registry write `xed`. */
const LIST = /^application\/vnd\.adobe\.x(?:dm|ed)(?<paged>-v2)?(?<shows>-id|-link)?\+json$/;
const SHOWS: Readonly<Record<string, DescriptorListForm['shows']>> = { '-id': 'ids', '-link': 'links' };

/** Longest header that is looked at. */
const MAX_LENGTH = 1_000;

/**
 * The form of a list that an Accept header asks for.
 * @throws {Problem} XDM-1008-400
 */
export function descriptorListForm(header: string | undefined): DescriptorListForm {
  const type = mediaTypes(header).find((candidate) => LIST.test(candidate));
  if (type === undefined) {
    throw wrongHeader(
      'XDM-1008-400',
      header,
      'A list takes application/vnd.adobe.xdm-id+json, -link or neither, and -v2 before it for pages, such as application/vnd.adobe.xdm-v2+json.',
    );
  }
  const { paged, shows } = LIST.exec(type)?.groups ?? {};
  return { shows: SHOWS[shows ?? ''] ?? 'objects', isPaged: paged !== undefined };
}

/**
 * Checks the Accept header of a single descriptor, which has no forms and needs none.
 * @throws {Problem} XDM-1009-400
 */
export function requireSingleForm(header: string | undefined): void {
  const types = mediaTypes(header);
  const isServed = (type: string) => LIST.test(type) || /^(\*\/\*|application\/(\*|json))$/.test(type);
  if (types.length === 0 || types.some(isServed)) return;
  throw wrongHeader(
    'XDM-1009-400',
    header,
    'A single descriptor takes application/vnd.adobe.xdm+json, or no Accept header.',
  );
}

/** Media types without parameters: descriptors have no versions. */
function mediaTypes(header = ''): readonly string[] {
  return header
    .slice(0, MAX_LENGTH)
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '')
    .filter((type) => type !== '');
}

function wrongHeader(code: string, header: string | undefined, mend: string): Problem {
  const fault =
    header === undefined || header.trim() === ''
      ? 'The Accept header is missing.'
      : `The supplied Accept header is not valid: ${header.slice(0, MAX_LENGTH)}.`;
  return new Problem('invalidHeader', `${fault} ${mend}`, {
    code,
    violations: [{ path: 'Accept', message: mend }],
  });
}
