import { compileMapping } from './compile-mapping.ts';
import { EngineError } from './engine-error.ts';
import { compileFailedRows, type FailedRowsSql } from './failed-rows.ts';
import type { FileLayout } from './file-layout.ts';
import { compileGoodRows, type GoodRowsSql } from './good-rows.ts';
import { contenders } from './keyed-rows.ts';
import type { TransformRequest } from './transform.ts';

/** A transform as SQL statements. To make them, no file is touched. */
export interface CompiledTransform {
  readonly goodRows: GoodRowsSql;
  /** Wanted only where rows failed. */
  failedRows(): FailedRowsSql;
}

/**
 * Compiles a request, given the layouts of its staged and landed files and, where rows are told apart by a key, the file
 * with the numbers of those of which a newer version is staged.
 * @throws EngineError `invalid` where plan, target, fields and files contradict each other.
 */
export function compileTransform(
  request: TransformRequest,
  staged: readonly FileLayout[],
  landed: readonly FileLayout[],
  superseded?: string,
): CompiledTransform {
  if (request.columns.length === 0) throw new EngineError('invalid', 'The source has no columns.');
  const mapping = compileMapping({ ...request, key: request.keyed?.key ?? [] });
  const contending = contenders(request, superseded);
  return {
    goodRows: compileGoodRows(request, staged, landed, mapping, contending),
    failedRows: () => compileFailedRows(request, staged, landed, mapping, contending),
  };
}
