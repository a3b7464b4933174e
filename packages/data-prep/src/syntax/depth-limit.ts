import type { ErrorCollector } from './error.ts';
import { childrenOf, type Expression, type Span } from './expression.ts';

/** Levels of nesting that an expression may have; the SQL that is made of it must stay within the engine's depth. */
const MAXIMUM_DEPTH = 100;

/** The engine reads the body of a lambda twice, one within it four times: eleven of them would take it seconds. */
const LEVELS_OF_LAMBDA = 10;

/**
 * Keeps an expression from being nested too deeply, both while it is parsed, which takes the call stack, and in the tree
 * that comes out: `a + b + c` is parsed in a loop and still makes a deep tree.
 */
export class DepthLimit {
  readonly #errors: ErrorCollector;
  readonly #depths = new WeakMap<Expression, number>();
  #nesting = 0;

  constructor(errors: ErrorCollector) {
    this.#errors = errors;
  }

  /** Goes one level down; reports and answers false where that is one too many. Whoever entered leaves. */
  enter(span: Span): boolean {
    if (this.#nesting > MAXIMUM_DEPTH) {
      this.#report(span);
      return false;
    }
    this.#nesting++;
    return true;
  }

  leave(): void {
    this.#nesting--;
  }

  /** The node itself, whose children came through here before; reports the first that is one level too deep. */
  checked<Node extends Expression>(node: Node): Node {
    const within = Math.max(0, ...childrenOf(node).map((child) => this.#depths.get(child) ?? 0));
    const depth = within + (node.kind === 'lambda' ? LEVELS_OF_LAMBDA : 1);
    this.#depths.set(node, depth);
    if (depth > MAXIMUM_DEPTH && within <= MAXIMUM_DEPTH) this.#report(node.span);
    return node;
  }

  #report(span: Span): void {
    this.#errors.add(
      'expression-too-deep',
      span,
      `The expression is nested more than ${MAXIMUM_DEPTH} levels deep; split it over several mappings.`,
    );
  }
}
