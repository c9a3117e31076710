import { Command } from 'commander';
import { allCodes, codeFact } from './codes.js';

/** `kts explain [CODE]`: what a diagnostic means, or all of them with a line each. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('says what a diagnostic code means, or lists all of them')
    .argument('[code]', 'KTS and four digits')
    .action((given?: string) => {
      if (given === undefined) {
        const lines = allCodes().map(
          ([code, { severity, explanation }]) => `${code}  ${severity.padEnd(7)}  ${explanation.split('\n')[0]}\n`,
        );
        process.stdout.write(lines.join(''));
        return;
      }
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
