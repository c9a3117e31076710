import { Command } from 'commander';
import { codeFact } from './codes.js';

/** `kts explain CODE`: what a diagnostic means. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('says what a diagnostic code means')
    .argument('<code>', 'KTS and four digits')
    .action((given: string) => {
      const code = given.toUpperCase();
      const fact = codeFact(code);
      if (fact === undefined) {
        process.stderr.write(`there is no diagnostic ${code}\n`);
        process.exitCode = 2;
        return;
      }
      process.stdout.write(`${code} (${fact.severity})\n${fact.explanation}\n`);
    });
}
