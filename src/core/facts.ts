import type { Program } from '../check/program.js';
import { sharedMemory } from '../observe/memory.js';
import { VERSION } from '../observe/version.js';
import type { Threads } from '../registry/threads.js';
import type { ProcessFact, ServerFacts } from '../rpc/server-facts.js';
import type { ServerOptions } from './options.js';
import type { ScriptThread } from './thread.js';

/** Rank of upstream's async workers. */
const ASYNC_RANK = -2;

/** The script threads, each as upstream shows a process. */
function processes({ groups, count }: Threads): ProcessFact[] {
  const { pid } = process;
  const all: ProcessFact[] = [{ pid, description: 'script thread 0', rank: 0 }];
  for (const { name, workers, shown } of groups) {
    const { text, rank } = shown ?? { text: `Async Task Worker - ${name}`, rank: ASYNC_RANK };
    for (let place = 0; place < workers; place++)
      all.push({ pid, description: text.replace('%d', `${place}`), rank: rank > 0 ? rank + place : rank });
  }
  // Where thread 0 serves the groups itself, they are none of their own.
  return all.slice(0, count);
}

/** What the core's RPC commands tell about this server. */
export function serverFacts(of: {
  readonly thread: ScriptThread;
  readonly program: Program;
  readonly options: ServerOptions;
  readonly defines: ReadonlyMap<string, string | null>;
}): ServerFacts {
  const { thread, program, options, defines } = of;
  const { network } = thread;
  const startedAt = options.clock.now();
  return {
    version: VERSION,
    startedAt,
    now: () => options.clock.now(),
    args: options.args,
    workingDirectory: () => options.cwd,
    processes: () => processes(thread.threads),
    sockets: () =>
      network.sockets.map((s) => ({
        proto: s.proto,
        address: s.address,
        port: s.port,
        mcast: false,
        mhomed: false,
        virtual: s.virtual,
      })),
    aliases: () =>
      thread.myself.aliases().map((a) => ({ proto: a.proto === '' ? '*' : a.proto, address: a.host, port: a.port })),
    hasMyselfChecks: () => thread.myself.hasChecks,
    modules: () => program.modules.map((m) => m.def.name).reverse(),
    defines: () => [...defines].map(([name, value]) => ({ name, value: value ?? undefined })),
    memory: () => ({ ...sharedMemory(thread.zone.stats()), fragments: 0 }),
    tcp: () =>
      thread.settings.disable_tcp === 1
        ? undefined
        : {
            readers: 1,
            maxConnections: thread.settings.tcp_max_connections,
            maxTlsConnections: thread.settings.tls_max_connections,
            connections: network.connections().map((c) => ({
              id: c.id,
              type: c.proto.toUpperCase() as 'TCP',
              state: 'CONN_OK',
              timeout: thread.settings.tcp_connection_lifetime,
              lifetime: thread.settings.tcp_connection_lifetime,
              source: { address: c.remoteAddress, port: c.remotePort },
              destination: { address: c.localAddress, port: c.localPort },
            })),
            writeQueuedBytes: 0,
            options: {
              connect_timeout: thread.settings.tcp_connect_timeout,
              send_timeout: thread.settings.tcp_send_timeout,
              connection_lifetime: thread.settings.tcp_connection_lifetime,
              max_connections: thread.settings.tcp_max_connections,
              keepalive: thread.settings.tcp_keepalive,
              crlf_ping: thread.settings.tcp_crlf_ping,
              accept_aliases: thread.settings.tcp_accept_aliases,
            },
          },
    udp4Raw: () => ({ mode: 0, mtu: 0, ttl: 0 }),
    kill: (signal) => options.onKill(signal),
  };
}
