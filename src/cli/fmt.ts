import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { FormatOptions, Formatted } from '../../grammar/print/format.js';
import { formatSafely } from '../../grammar/print/safely.js';
import { countLine, mayColour, renderDiagnostics } from './report.js';
import { type ConfigOptions, configDefines, withConfigOptions } from './shared-options.js';

interface FmtOptions extends Pick<ConfigOptions, 'define' | 'compat'> {
  readonly write?: boolean;
  readonly check?: boolean;
  readonly stdin?: boolean;
  readonly stdinPath: string;
  readonly range?: NonNullable<FormatOptions['range']>;
  readonly indent: string;
}

const EXTRA = `
Only white space changes. Strings, comments, directives and #!ifdef branches that hold no config are left as they are,
and so are the places where an expression is broken: there is no limit to the length of a line. Blanks that align
the values of parameters stay. Lines end as they did: LF, or CRLF when all of them do. A byte order mark goes.

Without --write and --check the result is printed. Exit status: 0 done; 1 with --check, when a file is laid out
otherwise; 2 when a file cannot be read or is no valid config: it is left alone.`;

/** `kts fmt <cfg…>`: lays out configs. */
export function fmtCommand(): Command {
  return withConfigOptions(new Command('fmt').description('lays out configs; never changes what they say'), {
    modules: false,
  })
    .argument('[cfg...]', 'config files; - is the standard input')
    .option('-w, --write', 'write the result to the file')
    .option('-c, --check', 'only list the files that are laid out otherwise')
    .option('--stdin', 'lay out the standard input')
    .option('--stdin-path <file>', 'the file that the standard input stands for', '<stdin>')
    .option('--range <L1:L2>', 'only these lines', parseRange)
    .option('--indent <tab|N>', 'indent by a tab, or by so many blanks', parseIndent, '\t')
    .addHelpText('after', EXTRA)
    .action((given: string[], options: FmtOptions, command: Command) => {
      const files = options.stdin ? ['-', ...given] : given;
      if (files.length === 0) command.error('error: no config file is named');
      if (options.range && files.length > 1) command.error('error: --range takes one file');
      for (const file of files) formatFile(file, options);
    });
}

function formatFile(file: string, options: FmtOptions): void {
  const piped = file === '-';
  const name = piped ? options.stdinPath : file;
  let text: string;
  try {
    text = readFileSync(piped ? 0 : file, 'latin1');
  } catch (e) {
    fail(`${name}: ${(e as Error).message}\n`);
    return;
  }
  const formatted = format(name, text, options);
  if (!formatted.ok) {
    const { diagnostics } = formatted;
    const lines = text.split(/\r?\n/);
    const shown = renderDiagnostics(diagnostics, mayColour(process.stderr), new Map([[name, lines]]));
    fail(`${shown}${name} is left as it is: ${countLine(diagnostics)}\n`);
    return;
  }
  const changed = formatted.text !== text;
  if (options.check) {
    if (!changed) return;
    process.stdout.write(`${name}\n`);
    process.exitCode ??= 1;
  } else if (piped || !options.write) process.stdout.write(Buffer.from(formatted.text, 'latin1'));
  else if (changed) {
    writeFileSync(file, formatted.text, 'latin1');
    process.stdout.write(`${name}\n`);
  }
}

function format(file: string, text: string, options: FmtOptions): Formatted {
  const { range, indent, compat } = options;
  return formatSafely(
    {
      file,
      text,
      read: (path) => {
        try {
          return readFileSync(resolve(path), 'latin1');
        } catch {
          return null;
        }
      },
      env: process.env,
      cwd: process.cwd(),
      compat,
      defines: configDefines(options.define),
    },
    { indent, ...(range && { range }) },
  );
}

/** What could not be done counts for more than what `--check` found. */
function fail(message: string): void {
  process.stderr.write(message);
  process.exitCode = 2;
}

function parseRange(text: string): NonNullable<FormatOptions['range']> {
  const [, from, to] = /^([1-9]\d*):([1-9]\d*)$/.exec(text) ?? [];
  if (from === undefined || Number(from) > Number(to)) throw new InvalidArgumentError('Write FIRST:LAST line.');
  return { from: Number(from), to: Number(to) };
}

function parseIndent(text: string): string {
  if (text === 'tab') return '\t';
  if (!/^[1-8]$/.test(text)) throw new InvalidArgumentError('Write tab, or a number from 1 to 8.');
  return ' '.repeat(Number(text));
}
