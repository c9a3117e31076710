import { Command, Option } from 'commander';
import type { Diagnostic } from '../../grammar/source.js';
import { checkConfig } from '../core/server.js';
import type { LogSink } from '../observe/log.js';
import { countLine, mayColour, renderDiagnostics } from './report.js';
import { type ConfigOptions, serverOptions, withConfigOptions } from './shared-options.js';

interface CheckOptions extends ConfigOptions {
  readonly format: 'pretty' | 'json';
}

const SILENT: LogSink = { write: () => {} };

/** `kts check <cfg…>`: every problem in one run. Exit 0 clean, 1 errors found, 2 could not run. */
export function checkCommand(): Command {
  return withConfigOptions(
    new Command('check').description('reports every problem of a config in one run; opens nothing'),
  )
    .argument('<cfg...>', 'config files')
    .addOption(
      new Option('--format <format>', 'how to print what is found').choices(['pretty', 'json']).default('pretty'),
    )
    .action(async (files: string[], options: CheckOptions) => {
      const all: Diagnostic[] = [];
      const reasons: string[] = [];
      for (const file of files) {
        const checked = await checkConfig(serverOptions(file, options, SILENT));
        if ('ok' in checked) {
          process.stderr.write(`${checked.reasons.join('\n')}\n`);
          process.exitCode = 2;
          return;
        }
        all.push(...checked.diagnostics);
        reasons.push(...checked.reasons);
      }
      process.stdout.write(
        options.format === 'json'
          ? json(all, reasons)
          : `${renderDiagnostics(all, mayColour(process.stdout))}${reasons.map((r) => `${r}\n`).join('')}${countLine(all)}\n`,
      );
      if (reasons.length > 0 || all.some((d) => d.severity === 'error')) process.exitCode = 1;
    });
}

/** `reasons`: what keeps the config from running that is not in its text, such as a name that does not resolve. */
function json(all: readonly Diagnostic[], reasons: readonly string[]): string {
  const diagnostics = all.map((d) => ({
    code: d.code,
    severity: d.severity,
    title: d.title,
    file: d.span.at.file,
    line: d.span.at.line,
    column: d.span.at.column,
    endLine: d.span.end.line,
    endColumn: d.span.end.column,
    notes: d.notes ?? [],
    fix: d.fix ?? null,
  }));
  return `${JSON.stringify({ diagnostics, reasons }, null, 2)}\n`;
}
