/** A setting has a value that cannot be used. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
