import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RealClock } from '../clock/clock.js';
import { type KamailioCommand, readKamailioOptions } from '../core/kamailio-options.js';
import type { ServerOptions } from '../core/options.js';
import { checkConfig, startServer } from '../core/server.js';
import { diagnosticRecord } from '../observe/diagnostics.js';
import { type LogSink, StderrSink } from '../observe/log.js';
import { BatchedOutput } from '../observe/output.js';
import { openSyslog } from '../observe/syslog.js';
import { VERSION } from '../observe/version.js';
import { outlive } from './last-resort.js';
import { threadCount } from './shared-options.js';
import { PATIENCE, startedBefore, untilSignal } from './signals.js';

/** Exit status of a start that fails, as upstream's. */
const REFUSED = 255;
/** Set in the environment of the process that stays in the background. */
const BACKGROUND = 'KTS_BACKGROUND';

/** `kamailio …`: kamailio(8)'s options, behaviour and exit status. */
export async function main(args: readonly string[]): Promise<void> {
  const command = readKamailioOptions(args);
  if (command.errors.length > 0) {
    process.stderr.write(`${command.errors.join('\n')}\n`);
    process.exit(REFUSED);
  }
  if (command.mode === 'help') return print(HELP);
  if (command.mode === 'version' || command.mode === 'build-info') {
    return print(`version: ${VERSION.full}\nflags: ${VERSION.flags}\nruntime: ${VERSION.compiler}\n`);
  }
  if (command.mode === 'run' && command.foreground === 0 && process.env[BACKGROUND] === undefined)
    return daemonise(args);
  await serve(command);
}

const print = (text: string): void => {
  process.stdout.write(text);
};

/** Starts this command again in the background and waits until it runs or has failed. */
function daemonise(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../../bin/kamailio', import.meta.url)), ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, [BACKGROUND]: '1' },
  });
  return new Promise((resolve) => {
    child.once('message', () => {
      child.disconnect();
      child.unref();
      resolve();
    });
    child.once('exit', (code) => process.exit(code ?? REFUSED));
  });
}

async function serve(command: KamailioCommand): Promise<void> {
  if (command.workDir !== null) process.chdir(command.workDir);
  const clock = new RealClock();
  const stderr = new StderrSink(new BatchedOutput(process.stderr.fd).write, 0, process.pid);
  const sink = new SwitchableSink(stderr);
  const options: ServerOptions = {
    ...command.server,
    cwd: process.cwd(),
    env: process.env,
    compat: process.env.KTS_COMPAT === '5.6' ? '5.6' : '6.x',
    ...(process.env.KTS_WORKERS ? { workers: threadCount(process.env.KTS_WORKERS) } : {}),
    sink,
    clock,
    onKill: (signal) => process.kill(process.pid, signal),
    ...(command.runDir === null ? {} : { runDir: command.runDir }),
  };
  if (command.mode === 'check') {
    const checked = await checkConfig(options);
    for (const d of checked.diagnostics) sink.write(diagnosticRecord(d, clock.now()));
    if ('ok' in checked || !checked.accepted) fail(sink, checked.reasons, clock.now());
    process.stderr.write('config file ok, exiting...\n');
    return;
  }
  // As upstream: a terminal that goes away ends nothing.
  process.on('SIGHUP', () => {});
  const signal = untilSignal();
  const started = await startedBefore(signal, startServer(options));
  for (const d of started.diagnostics) sink.write(diagnosticRecord(d, clock.now()));
  if (!started.ok) {
    fail(sink, started.reasons, clock.now());
    return;
  }
  const { server } = started;
  const { log_stderror, log_name } = server.thread.settings;
  if (!command.stderr && log_stderror !== 1) {
    const syslog = openSyslog(log_name ?? 'kamailio', server.thread.settings.log_facility);
    if (syslog) sink.target = syslog;
  }
  const pidFiles = [command.pidFile, command.groupPidFile].filter((f) => f !== null);
  try {
    for (const file of pidFiles) writeFileSync(file, `${process.pid}\n`);
    dropPrivileges(command);
  } catch (e) {
    removeAll(pidFiles);
    await server.close();
    fail(sink, [(e as Error).message], clock.now());
  }
  if (process.send) {
    process.send('ready');
    process.disconnect?.();
  }
  outlive(server.log);
  await signal;
  await server.close(PATIENCE);
  removeAll(pidFiles);
  process.exit(0);
}

/** Sends records where the config wants them once it is known. */
class SwitchableSink implements LogSink {
  constructor(public target: LogSink) {}
  write(record: Parameters<LogSink['write']>[0]): void {
    this.target.write(record);
  }
}

function fail(sink: LogSink, reasons: readonly string[], time: number): never {
  for (const text of reasons) sink.write({ level: -1, source: '<core>', text, prefix: '', time });
  process.exit(REFUSED);
}

/** Removes pid files as far as the user that is left may. */
function removeAll(files: readonly string[]): void {
  for (const file of files) {
    try {
      rmSync(file, { force: true });
    } catch {
      // Its directory belongs to the user that started the server.
    }
  }
}

function dropPrivileges(command: KamailioCommand): void {
  if (process.getuid?.() !== 0) return;
  const user = command.user === null ? null : idOf(command.user);
  const group = command.group === null ? null : idOf(command.group);
  // Root's further groups go first, while it is still allowed.
  if (user !== null) process.setgroups?.(group === null ? [] : [group]);
  if (group !== null) process.setgid?.(group);
  if (user !== null) process.setuid?.(user);
}

/** A name, or the number that stands for one. */
const idOf = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

const HELP = `Usage: kamailio [options]
 -f FILE      config file (default /etc/kamailio/kamailio.cfg)
 -c           check the config and exit
 -l ADDRESS   listen on [proto:]host[:port] (repeatable)
 -A NAME=TEXT preprocessor define (repeatable)
 --subst, --substdef, --substdefs EXP
 --loadmodule NAME, --modparam MODULE:PARAM:TYPE:VALUE
 --alias NAME a name that counts as this server
 -d           raise the log level (repeatable); --debug=N adds N
 -D, -DD      stay in the foreground
 -E           log to stderr
 -T           no TCP; --server-id=N the number of this server
 -P FILE      pid file; -G FILE the same for the group
 -w DIR       working directory; -Y DIR run directory
 -u USER, -g GROUP
 -v, -I, -h   version, build information, this text
 -m MB        what script threads share at most (4 to 4096, default 1024; a single thread has its heap)
Options for private memory, memory managers and process counts (-M -x -X -n -N …) are accepted and have no effect.
`;
