import { threadId } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { RealClock } from '../clock/clock.js';
import { DriverRegistry } from '../db/registry.js';
import type { LogRecord } from '../observe/log.js';
import { Statistics } from '../observe/statistics.js';
import { isAnswer, type Letter } from '../threads/letter.js';
import { letterPort, READY, type Ready, readLetters, type ServeTask, STOP } from '../threads/supervisor.js';
import { WorkerNetwork } from '../threads/worker-network.js';
import type { CfgChange } from './cfg-variables.js';
import { joinCommon } from './common.js';
import { makeLog, makeThread } from './make-thread.js';
import { networkOptions } from './network-settings.js';
import type { ServerOptions } from './options.js';
import { WorkerRpcTable } from './rpc-reach.js';
import { readConfig } from './source.js';
import type { ScriptThread } from './thread.js';
import { CFG, FINISH, LOG, type Present, RELOAD, type Version, type WorkerBoot } from './workers.js';

/** Runs one script thread of a group until it is told to stop. What a pool of worker threads calls, once per thread. */
export default async function serve(task: ServeTask): Promise<void> {
  const boot = Piscina.workerData as WorkerBoot;
  const { version, changes } = task.present as Present;
  const clock = new RealClock();
  let record: (entry: LogRecord) => void = () => {};
  const options: ServerOptions = {
    ...boot.options,
    sources: version.sources,
    clock,
    sink: { write: (entry) => record(entry) },
    onKill: () => {},
  };
  const loaded = await readConfig(options);
  // Thread 0 has bound the same text: it fails here only if something is badly wrong.
  if ('ok' in loaded || loaded.program === null) throw new Error('the config of thread 0 cannot be read here');
  const { program, findings, parsed } = loaded;
  const log = makeLog(options, program);
  const { exchange, zone, counters } = joinCommon(options, boot.shared, task, log);
  exchange.connect(0, letterPort(task.port));
  record = (entry) => exchange.send(0, LOG, entry);
  const network = new WorkerNetwork(networkOptions(program.settings, clock, log), exchange);
  network.adopt(boot.sockets);
  const databases = new DriverRegistry();
  const rpc = new WorkerRpcTable(
    (method, error) => log.error('<core>', `rpc command ${method} failed: ${String(error)}`),
    exchange,
  );
  const statistics = new Statistics(counters);
  const thread = makeThread(options, program, parsed.defines, {
    log,
    network,
    zone,
    databases,
    rpc,
    statistics,
    threads: exchange,
  });
  for (const alias of boot.aliases) thread.myself.addAlias(alias);
  thread.routes.version = version.number;
  thread.configure(findings);
  for (const change of changes) thread.cfg.apply(change);
  // Modules may ask other threads while they start; what is sent to this one waits until they have.
  let early: Letter[] | null = [];
  readLetters(task.port, (letters) => {
    const heard = early === null ? letters : letters.filter(isAnswer);
    early?.push(...letters.filter((letter) => !isAnswer(letter)));
    if (heard.length > 0) exchange.receive(heard);
  });
  const refusal = findings.failed() ? 'the routes of thread 0 do not compile here' : await thread.start();
  if (refusal === null) thread.receiver();
  exchange.handle<CfgChange>(CFG, (change) => thread.cfg.apply(change));
  exchange.handle<Version>(RELOAD, ({ sources, number }) => {
    // One that was started meanwhile has it already.
    if (thread.routes.version === number) return [];
    thread.routes.version = number - 1;
    return reload(thread, { ...options, sources });
  });
  exchange.handle(FINISH, () => thread.finish());
  const stopped = new Promise<void>((done) => exchange.handle(STOP, () => done()));
  const waiting = early;
  early = null;
  if (waiting.length > 0) exchange.receive(waiting);
  exchange.send(0, READY, { reason: refusal, threadId } satisfies Ready);
  await stopped;
  await thread.stop();
  await network.close();
  await databases.closeAll();
  task.port.close();
}

/** Goes on with the routes of other texts; what keeps it from that. Thread 0 has found nothing wrong with them. */
async function reload(thread: ScriptThread, options: ServerOptions): Promise<readonly string[]> {
  const loaded = await readConfig(options);
  if ('ok' in loaded || loaded.program === null) return ['the config cannot be read'];
  const unmet = thread.reload(loaded.program, loaded.parsed.defines, loaded.findings);
  if (unmet.length > 0 || loaded.findings.failed()) return [...unmet, 'the routes do not compile'];
  thread.receiver();
  return [];
}
