import { Command } from 'commander';
import { PARSE_CODES } from '../../grammar/codes.js';
import { BIND_CODES } from '../check/findings.js';

/** `kts explain CODE`: what a diagnostic means. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('says what a diagnostic code means')
    .argument('<code>', 'KTS and four digits')
    .action((given: string) => {
      const code = given.toUpperCase();
      const bind = (BIND_CODES as Readonly<Record<string, { severity: string; explain: string }>>)[code];
      const parse = (PARSE_CODES as Readonly<Record<string, { severity: string; explanation: string }>>)[code];
      const text = bind?.explain ?? parse?.explanation;
      if (text === undefined) {
        process.stderr.write(`there is no diagnostic ${code}\n`);
        process.exitCode = 2;
        return;
      }
      process.stdout.write(`${code} (${(bind ?? parse)!.severity})\n${text}\n`);
    });
}
