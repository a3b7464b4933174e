import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addSource, SourceUnfit } from '@tributary/connectors';
import { ConfigurationError } from './configuration.ts';

const loaded = new Set<string>();

/**
 * Adds the sources that modules export under the name `source`, once in a process. A module is a path (from the working
 * directory where it begins with a dot) or the name of a package that is installed beside the server.
 *
 * @throws {ConfigurationError} that names the module, and what is wrong with it.
 */
export async function loadSources(modules: readonly string[]): Promise<void> {
  for (const module of modules) {
    const specifier = specifierOf(module);
    if (loaded.has(specifier)) continue;
    const { source } = await imported(module, specifier);
    try {
      addSource(source);
    } catch (error) {
      if (!(error instanceof SourceUnfit)) throw error;
      const told =
        source === undefined ? 'must export a source definition under the name source' : error.message;
      throw new ConfigurationError(`TRIBUTARY_SOURCES: ${module}: ${told}`, { cause: error });
    }
    loaded.add(specifier);
  }
}

async function imported(module: string, specifier: string): Promise<{ readonly source?: unknown }> {
  try {
    return await import(specifier);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`TRIBUTARY_SOURCES: ${module} cannot be loaded: ${told}`, { cause: error });
  }
}

function specifierOf(module: string): string {
  const isPath = module.startsWith('.') || module.startsWith('/');
  return isPath ? pathToFileURL(resolve(module)).href : module;
}
