import { Problem, type ProblemKind, type Violation } from '../../http/problem.ts';

/** What the Flow Service's error catalogue says of a code; the HTTP status is the code's last part. */
interface CatalogueEntry {
  readonly kind: ProblemKind;
  readonly title: string;
}

/** The codes of the platform's "Flow Service error messages" that are answered here. */
const catalogue = {
  '1102-500': { kind: 'internal', title: 'Internal Error' },
  '1103-503': { kind: 'unavailable', title: 'Service Unavailable' },
  '1401-400': { kind: 'invalidParameter', title: 'Invalid request' },
  '1402-400': { kind: 'invalidParameter', title: 'Invalid request' },
  '1403-400': { kind: 'missingHeader', title: 'Header is missing' },
  '1404-412': { kind: 'preconditionFailed', title: 'Version not matching' },
  '1410-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1413-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1415-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1418-400': { kind: 'conflict', title: 'Invalid request' },
  '1419-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1422-400': { kind: 'conflict', title: 'Invalid request' },
  '1425-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1430-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1432-400': { kind: 'invalidParameter', title: 'Invalid request' },
  '1433-400': { kind: 'invalidParameter', title: 'Invalid request' },
  '1434-400': { kind: 'invalidBody', title: 'Invalid request' },
  '1439-404': { kind: 'notFound', title: 'Resource not found' },
  '1447-400': { kind: 'conflict', title: 'Invalid request' },
  '1449-400': { kind: 'invalidParameter', title: 'Invalid request' },
  '1455-400': { kind: 'invalidBody', title: 'Invalid request' },
  '2000-401': { kind: 'unauthorized', title: 'Invalid authorization token' },
  '2105-400': { kind: 'missingHeader', title: 'Header is missing' },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type RefusalCode = keyof typeof catalogue;

/** Whether a code is one that the catalogue has. */
export function isRefusalCode(code: string | undefined): code is RefusalCode {
  return code !== undefined && Object.hasOwn(catalogue, code);
}

/** The catalogue's title of a code. */
export function titleOf(code: RefusalCode): string {
  return catalogue[code].title;
}

/** A problem that the catalogue knows. */
export function refusal(
  code: RefusalCode,
  detail: string,
  options: { violations?: readonly Violation[]; cause?: unknown } = {},
): Problem {
  return new Problem(catalogue[code].kind, detail, { ...options, code, status: Number(code.split('-')[1]) });
}

/** A body with these violations; the first that has a code of the catalogue gives the answer's code. */
export function invalidBody(violations: readonly Violation[]): Problem {
  const detail = `The body of the request: ${violations.map(({ path, message }) => `${path || '(root)'} ${message}`).join('; ')}.`;
  const code = violations.map((violation) => violation.code).find(isRefusalCode);
  return code === undefined
    ? new Problem('invalidBody', detail, { violations })
    : refusal(code, detail, { violations });
}

/** An id that names nothing in the caller's sandbox. */
export class ResourceNotFound extends Problem {
  /** As in the paths: `connections`, `flows`, … */
  readonly resourceType: string;
  readonly resourceId: string;

  constructor(resourceType: string, resourceId: string) {
    super('notFound', `There is none of the ${resourceType} with the id ${resourceId} in this sandbox.`, {
      code: '1439-404',
    });
    this.resourceType = resourceType;
    this.resourceId = resourceId;
  }
}
