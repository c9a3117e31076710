import { Command } from 'commander';
import { VERSION } from '../observe/version.js';
import { checkCommand } from './check.js';
import { dbCommand } from './db.js';
import { explainCommand } from './explain.js';
import { modulesCommand } from './modules.js';
import { rpcCommand } from './rpc.js';
import { runCommand } from './run.js';

/** `kts …`. Exit status: 0 done, 1 findings or refused, 2 could not run. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('kts')
    .description('Runs Kamailio config scripts on Node.js.')
    .version(VERSION.full)
    .showHelpAfterError()
    .exitOverride();
  for (const make of [runCommand, checkCommand, explainCommand, modulesCommand, rpcCommand, dbCommand])
    program.addCommand(throwing(make()));
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (e) {
    const { exitCode, code } = e as { exitCode?: number; code?: string };
    if (code?.startsWith('commander.')) process.exitCode = exitCode === 0 ? 0 : 2;
    else throw e;
  }
}

/** Usage errors of subcommands come here too: commander lets each command end the process by itself otherwise. */
function throwing(command: Command): Command {
  for (const inner of command.commands) throwing(inner);
  return command.showHelpAfterError().exitOverride();
}
