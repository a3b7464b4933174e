/** How a connection is encrypted, in libpq's terms. */
export type TlsMode =
  /** Never. */
  | 'disable'
  /** Where the server can; whoever stands between may then make it look as if it could not. */
  | 'prefer'
  /** Always, whoever the server is. */
  | 'require'
  /** Always, with a certificate that a known authority has signed. */
  | 'verify-ca'
  /** Always, with such a certificate for the very host. */
  | 'verify-full';

/** The platform's names of the modes, those of PostgreSQL and those of MySQL, without case and punctuation. */
const MODES: ReadonlyMap<string, TlsMode> = new Map([
  ['disable', 'disable'],
  ['disabled', 'disable'],
  ['false', 'prefer'],
  // "Allow" asks for encryption only where the server insists: asking first is the same, and safer.
  ['allow', 'prefer'],
  ['prefer', 'prefer'],
  ['preferred', 'prefer'],
  ['require', 'require'],
  ['required', 'require'],
  ['true', 'require'],
  ['verifyca', 'verify-ca'],
  ['verifyfull', 'verify-full'],
  ['verifyidentity', 'verify-full'],
]);

/** The mode that a client means; undefined for a word that names none. */
export function tlsModeOf(word: string): TlsMode | undefined {
  return MODES.get(word.toLowerCase().replaceAll(/[\s_-]/g, ''));
}

/** Connects as a mode says; `prefer` takes a plain connection where the server speaks no TLS. */
export async function connectByTlsMode<T>(
  mode: TlsMode,
  connect: (encrypted: boolean) => Promise<T>,
  isWithoutTls: (error: unknown) => boolean,
): Promise<T> {
  try {
    return await connect(mode !== 'disable');
  } catch (error) {
    if (mode !== 'prefer' || !isWithoutTls(error)) throw error;
    return connect(false);
  }
}
