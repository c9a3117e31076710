import { Command } from 'commander';
import { VERSION } from '../observe/version.js';

/** Each command is loaded when it is named: what `fmt` needs is there sooner than what `run` needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.js')).runCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  fmt: async () => (await import('./fmt.js')).fmtCommand(),
  explain: async () => (await import('./explain.js')).explainCommand(),
  lsp: async () => (await import('./lsp.js')).lspCommand(),
  modules: async () => (await import('./modules.js')).modulesCommand(),
  port: async () => (await import('./port.js')).portCommand(),
  rpc: async () => (await import('./rpc.js')).rpcCommand(),
  db: async () => (await import('./db.js')).dbCommand(),
};

/** `kts …`. Exit status: 0 done, 1 findings or refused, 2 could not run. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('kts')
    .description('Runs Kamailio config scripts on Node.js.')
    .version(VERSION.full)
    .showHelpAfterError()
    .exitOverride();
  const named = args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? [args[0]] : Object.keys(COMMANDS);
  for (const name of named) program.addCommand(throwing(await COMMANDS[name]!()));
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
