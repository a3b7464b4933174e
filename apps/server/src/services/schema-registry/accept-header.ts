import { type AcceptForm, parseAccept } from '@tributary/xdm';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.ts';
import { unwrap } from './problem-document.ts';

/**
 * The form that a read asks for by its Accept header. Clients write `xdm` and `xed` for the same registry form.
 * @throws {Problem} XDM-1006-400 for a list, XDM-1007-400 for a single resource
 */
export function acceptForm(request: FastifyRequest, answer: 'list' | 'single'): AcceptForm {
  const header = request.headers.accept?.replace(/\bvnd\.adobe\.xdm\b/gi, 'vnd.adobe.xed');
  const form = unwrap(parseAccept(header, answer), 'invalidHeader');
  if (answer === 'list' && form.form === 'full') {
    throw new Problem(
      'invalidHeader',
      'The supplied Accept header is not valid for a list: resources are resolved one at a time. Send application/vnd.adobe.xed-id+json or application/vnd.adobe.xed+json.',
      { code: 'XDM-1006-400', violations: [{ path: 'Accept', message: 'a list has no full form' }] },
    );
  }
  return form;
}
