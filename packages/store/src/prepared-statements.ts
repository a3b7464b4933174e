import { createHash } from 'node:crypto';
import pg from 'pg';

/** A text that came so often is prepared: the server then parses and plans it once for each connection. */
const OFTEN = 5;
/** Texts that are counted or prepared: those of lists differ by their filters, and are endless. */
const MOST_TEXTS = 1_000;

/** What came out of a statement is of another form than it was when it was prepared: a table has changed. */
const STATEMENT_CHANGED = '0A000';
/**
 * The server does not know a statement, or knows another by that name: something between hands connections
 * around.
 */
const STATEMENT_CONFUSED: ReadonlySet<string> = new Set(['26000', '42P05']);

/** Whether a query failed for having been prepared: the next time it is not, or anew. */
export function isPreparationFault(error: unknown): boolean {
  const { code = '' } = error instanceof pg.DatabaseError ? error : {};
  return code === STATEMENT_CHANGED || STATEMENT_CONFUSED.has(code);
}

/** Has what all connections of a pool are asked again and again prepared by their server. */
export function prepareStatements(pool: pg.Pool): void {
  const statements = new Statements();
  pool.on('connect', (client) => {
    const query = client.query.bind(client);
    const prepared = async (text: unknown, values?: unknown, ...others: unknown[]) => {
      const isPlain = typeof text === 'string' && Array.isArray(values) && others.length === 0;
      const name = isPlain && values.length > 0 ? statements.nameOf(text) : undefined;
      // Whatever else the client can be asked is passed on as it is.
      if (!isPlain || name === undefined)
        return (query as (...given: unknown[]) => unknown)(text, values, ...others);
      try {
        return await query({ name, text, values });
      } catch (error) {
        statements.learn(error);
        throw error;
      }
    };
    // All that this process asks of a pool's clients comes back as a promise.
    client.query = prepared as typeof client.query;
  });
}

class Statements {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #generation = 0;
  #isOff = false;

  /** Undefined for a text that is not prepared. */
  nameOf(text: string): string | undefined {
    if (this.#isOff) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    if (uses < OFTEN) {
      // Those that come often are soon counted again.
      if (this.#uses.size >= MOST_TEXTS) this.#uses.clear();
      this.#uses.set(text, uses);
      return undefined;
    }
    if (this.#names.size >= MOST_TEXTS) return undefined;
    this.#uses.delete(text);
    const name = `${this.#generation}-${createHash('sha1').update(text).digest('hex')}`;
    this.#names.set(text, name);
    return name;
  }

  learn(error: unknown): void {
    const { code = '' } = error instanceof pg.DatabaseError ? error : {};
    if (STATEMENT_CONFUSED.has(code)) this.#isOff = true;
    else if (code === STATEMENT_CHANGED) {
      this.#generation += 1;
      this.#names.clear();
    }
  }
}
