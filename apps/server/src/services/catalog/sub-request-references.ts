import { Problem } from '../../http/problem.ts';

/** The bodies of the answers so far, by the ids that the client gave to its sub-requests. */
export type Answers = ReadonlyMap<string, unknown>;

const REFERENCE = /<<([^<>]*)>>/g;
const ONLY_REFERENCE = /^<<([^<>]*)>>$/;

/**
 * A value with `<<id.attribute>>` in its texts replaced by that attribute of an earlier answer's body, and `<<id>>` by
 * its id. A text that is nothing but one reference becomes the attribute itself, whatever its type.
 * @throws {Problem} of kind `invalidBody` where a reference leads nowhere
 */
export function withReferences(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') {
    const only = ONLY_REFERENCE.exec(value)?.[1];
    return only === undefined ? textWithReferences(value, answers) : referenced(only, answers);
  }
  if (Array.isArray(value)) return value.map((item) => withReferences(item, answers));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      textWithReferences(name, answers),
      withReferences(member, answers),
    ]),
  );
}

/** A text in which references stand for texts and numbers. */
export function textWithReferences(text: string, answers: Answers): string {
  return text.replaceAll(REFERENCE, (_match, reference: string) => {
    const value = referenced(reference, answers);
    if (typeof value === 'object')
      throw leadsNowhere(reference, 'is no text that could stand within another');
    return String(value);
  });
}

function referenced(reference: string, answers: Answers): unknown {
  const [id = '', ...path] = reference.trim().split('.');
  if (!answers.has(id)) throw leadsNowhere(reference, 'names no request before this one');
  const attributes = path.length === 0 ? ['id'] : path;
  const value = attributes.reduce(memberOf, readable(answers.get(id)));
  if (value === undefined || value === null) {
    throw leadsNowhere(reference, `names nothing that the answer to '${id}' has`);
  }
  return value;
}

/** An answer that is only a reference to an object is read as its id; one with a single object as that object. */
function readable(body: unknown): unknown {
  if (Array.isArray(body) && body.length === 1 && typeof body[0] === 'string') {
    return { id: body[0].split('/').at(-1) };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const [only, ...others] = Object.entries(body);
  const isById = only !== undefined && others.length === 0 && typeof only[1] === 'object';
  return isById ? { id: only[0], ...only[1] } : body;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  // Only own members are read, so any object may be looked into as a record.
  return (value as Record<string, unknown>)[name];
}

function leadsNowhere(reference: string, reason: string): Problem {
  const message = `The reference <<${reference}>> ${reason}.`;
  return new Problem('invalidBody', message, { violations: [{ path: '', message }] });
}
