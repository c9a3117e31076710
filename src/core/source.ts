import { readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { type LoadedConfig, loadConfig } from './load.js';
import type { ServerOptions } from './options.js';
import type { StartFailure } from './server.js';

/** A config with the texts that it is made of. */
export interface ReadConfig extends LoadedConfig {
  /** Text of every file that was read, by absolute path: other threads read the same, whatever becomes of the files. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads the config and understands it as far as that goes without running anything. */
export async function readConfig(options: ServerOptions): Promise<ReadConfig | StartFailure> {
  const sources = new Map<string, string>();
  const read = (path: string): string => {
    const text = options.sources?.get(path) ?? readFileSync(path, 'latin1');
    sources.set(path, text);
    return text;
  };
  let text: string;
  try {
    text = read(resolvePath(options.cwd, options.configFile));
  } catch (e) {
    return {
      ok: false,
      diagnostics: [],
      reasons: [`loading config file(${options.configFile}): ${(e as Error).message}`],
    };
  }
  const loaded = await loadConfig({
    file: options.configFile,
    text: options.preamble + text,
    read: (path) => {
      try {
        return read(path);
      } catch {
        return null;
      }
    },
    env: options.env,
    cwd: options.cwd,
    defines: options.defines,
    without: options.without,
    substs: options.substs,
    compat: options.compat,
    allowMissing: options.allowMissing,
  });
  return {
    parsed: loaded.parsed,
    program: loaded.program,
    findings: loaded.findings,
    get diagnostics() {
      return loaded.diagnostics;
    },
    sources,
  };
}
