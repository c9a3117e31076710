import { Command } from 'commander';
import type { LanguageOptions } from '../lsp/workspace.js';
import { type ConfigOptions, configDefines, withConfigOptions } from './shared-options.js';

/** What an editor may send as `initializationOptions`: it adds to the command line. */
interface SentOptions {
  /** Defines as of `-A`: `["WITH_NAT", "PORT=5060"]`. */
  readonly defines?: unknown;
  readonly compat?: unknown;
  readonly allowMissing?: unknown;
}

/** `kts lsp`: the language server, over standard input and output. */
export function lspCommand(): Command {
  return withConfigOptions(new Command('lsp').description('language server for editors, over stdin and stdout'))
    .option('--stdio', 'accepted, as editors pass it; there is no other way')
    .action(async (options: ConfigOptions) => {
      const { serve } = await import('../lsp/server.js');
      // What is printed by mistake must not get between the messages.
      console.log = console.error;
      serve(process.stdin, process.stdout, (sent) => merged(options, (sent ?? {}) as SentOptions));
    });
}

function merged(options: ConfigOptions, sent: SentOptions): LanguageOptions {
  return {
    compat: sent.compat === '5.6' || sent.compat === '6.x' ? sent.compat : options.compat,
    defines: configDefines([...options.define, ...texts(sent.defines)]),
    allowMissing: new Set([...options.allowMissing, ...texts(sent.allowMissing)]),
  };
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
