import type { ServerFacts } from './server-facts.js';
import type { RpcCall, RpcTable } from './table.js';
import { fault, list, listing, type RpcReply, type RpcStruct, type RpcValue, reply, struct } from './value.js';

type Answer = (facts: ServerFacts, call: RpcCall, table: RpcTable) => RpcReply;

/** Shifts that `core.shmmem`'s unit letters stand for. */
const UNIT_SHIFT: Readonly<Record<string, number>> = { b: 0, k: 10, m: 20, g: 30 };

/** SIGTERM, what `core.kill` sends when it is told no number. */
const DEFAULT_SIGNAL = 15;

/** Reads parameters of one type until there are no more, and answers with them. */
function echo(call: RpcCall, letter: string): RpcReply {
  const values: RpcValue[] = [];
  for (;;) {
    const read = call.scan(`*${letter}`);
    if (!read.ok) return values.length === 0 && !read.reply.ok ? read.reply : list(values);
    if (read.count === 0) return list(values);
    values.push(read.args[0] as RpcValue);
  }
}

function withTcp(facts: ServerFacts, answer: (tcp: NonNullable<ReturnType<ServerFacts['tcp']>>) => RpcReply): RpcReply {
  const tcp = facts.tcp();
  return tcp === undefined ? fault(500, 'tcp support disabled') : answer(tcp);
}

/** The commands that every server has: name, help, answer. Names, fields and their order are upstream's 5.6. */
const CORE_COMMANDS: Readonly<Record<string, readonly [doc: string, answer: Answer]>> = {
  'system.listMethods': ['Names of all RPC commands of this server.', (_f, _c, table) => list(table.names())],
  'system.methodSignature': [
    'Parameters of a command (not offered, as upstream).',
    () => fault(500, 'Not Implemented Yet'),
  ],
  'system.methodHelp': [
    'What a command does.',
    (_f, call, table) => {
      const read = call.scan('s');
      if (!read.ok) return fault(400, 'Method Name Expected');
      const command = table.get(read.args[0] as string);
      return command === undefined ? fault(400, 'command not found') : reply(command.doc || 'undocumented');
    },
  ],
  'core.prints': ['Gives back its string parameters.', (_f, call) => echo(call, 's')],
  'core.printi': ['Gives back its integer parameters.', (_f, call) => echo(call, 'd')],
  'core.echo': ['Gives back its parameters as strings.', (_f, call) => echo(call, '.s')],
  'core.version': ['Version line of the server.', (f) => reply(f.version.full)],
  'core.flags': ['Features the server was built with.', (f) => reply(f.version.flags)],
  'core.info': [
    'Version, build and features.',
    ({ version: v }) =>
      reply(
        struct({
          version: `${v.name} ${v.version}`,
          id: v.sourceId,
          compiler: v.compiler,
          compiled: v.compiled,
          flags: v.flags,
        }),
      ),
  ],
  'core.runinfo': [
    'Version, build and how long the server has been up.',
    (f) => {
      const up = uptime(f);
      const clock = `${Math.floor((up % 86400) / 3600)}h ${Math.floor((up % 3600) / 60)}m ${up % 60}s`;
      return reply(
        struct({
          name: f.version.name,
          version: f.version.version,
          sourceid: f.version.sourceId,
          compiler: f.version.compiler,
          compiled: f.version.compiled,
          time_now: ctime(f.now()),
          time_started: ctime(f.startedAt),
          uptime_secs: up,
          utime_days: `${Math.floor(up / 86400)}d ${clock}`,
        }),
      );
    },
  ],
  'core.uptime': [
    'Time, start time, and seconds since.',
    (f) => reply(struct({ now: ctime(f.now()), up_since: ctime(f.startedAt), uptime: uptime(f) })),
  ],
  'core.ps': ['Processes: pid and what each does.', (f) => list(f.processes().flatMap((p) => [p.pid, p.description]))],
  'core.psx': [
    'Processes as structures.',
    (f) => list(f.processes().map((p, IDX) => struct({ IDX, PID: p.pid, DSC: p.description }))),
  ],
  'core.psa': [
    'Processes with all that is known of them.',
    (f) =>
      list(
        f
          .processes()
          .map((p, index) => struct({ index, pid: p.pid, status: 1, rank: p.rank, description: p.description })),
      ),
  ],
  'core.pwd': ['Working directory.', (f) => list([f.workingDirectory()])],
  'core.arg': ['Command line the server was started with.', (f) => list(f.args)],
  'core.kill': [
    'Sends the server a signal (default 15).',
    (f, call) => {
      const read = call.scan('d');
      const signal = read.ok ? (read.args[0] as number) : DEFAULT_SIGNAL;
      // The answer goes out first.
      setImmediate(() => f.kill(signal));
      return reply();
    },
  ],
  'core.shmmem': [
    'Shared memory in bytes, or in the unit given: b, k, m or g.',
    (f, call) => {
      const read = call.scan('*s');
      const unit = read.ok && read.count > 0 ? (read.args[0] as string) : 'b';
      const shift = /^[bkmg]b?$/i.test(unit) ? UNIT_SHIFT[(unit[0] as string).toLowerCase()] : undefined;
      if (shift === undefined) return fault(500, 'bad param, (use b|k|m|g)');
      const m = f.memory();
      const scaled = (bytes: number): number => Math.floor(bytes / 2 ** shift);
      return reply(
        struct({
          total: scaled(m.total),
          free: scaled(m.free),
          used: scaled(m.used),
          real_used: scaled(m.realUsed),
          max_used: scaled(m.maxUsed),
          fragments: m.fragments,
        }),
      );
    },
  ],
  'core.tcp_info': [
    'TCP limits and use.',
    (f) =>
      withTcp(f, (tcp) =>
        reply(
          struct({
            readers: tcp.readers,
            max_connections: tcp.maxConnections,
            max_tls_connections: tcp.maxTlsConnections,
            opened_connections: tcp.connections.length,
            opened_tls_connections: tcp.connections.filter((c) => c.type === 'TLS' || c.type === 'WSS').length,
            write_queued_bytes: tcp.writeQueuedBytes,
          }),
        ),
      ),
  ],
  'core.tcp_options': ['TCP options in force.', (f) => withTcp(f, (tcp) => reply(struct(tcp.options)))],
  'core.tcp_list': [
    'TCP connections.',
    (f) =>
      withTcp(f, (tcp) =>
        list(
          tcp.connections.map((c) =>
            struct({
              id: c.id,
              type: c.type,
              state: c.state,
              timeout: c.timeout,
              lifetime: c.lifetime,
              ref_count: 1,
              src_ip: c.source.address,
              src_port: c.source.port,
              dst_ip: c.destination.address,
              dst_port: c.destination.port,
            }),
          ),
        ),
      ),
  ],
  'core.udp4_raw_info': [
    'Settings of UDP over a raw socket.',
    (f) => {
      const { mode, mtu, ttl } = f.udp4Raw();
      return reply(struct({ udp4_raw: mode, udp4_raw_mtu: mtu, udp4_raw_ttl: ttl }));
    },
  ],
  'core.aliases_list': [
    'Host names that are this server.',
    (f) =>
      reply(
        struct({
          myself_callbacks: yesNo(f.hasMyselfChecks()),
          aliases: listing(
            f
              .aliases()
              .map((a) => ['alias', struct({ proto: a.proto, address: a.address, port: a.port || '*' })] as const),
          ),
        }),
      ),
  ],
  'core.sockets_list': [
    'Sockets the server listens on.',
    (f) => reply(listing(f.sockets().map((s) => ['socket', socketStruct(s)] as const))),
  ],
  'core.modules': ['Loaded modules.', (f) => list(f.modules())],
  'core.ppdefines': ['Names of preprocessor defines.', (f) => list(f.defines().map((d) => d.name))],
  'core.ppdefines_full': [
    'Preprocessor defines with their values.',
    (f) => list(f.defines().map((d) => struct({ name: d.name, type: 0, value: d.value ?? 'none' }))),
  ],
};

/** Registers the commands that every server has. */
export function registerCoreCommands(table: RpcTable, facts: ServerFacts): void {
  for (const [name, [doc, answer]] of Object.entries(CORE_COMMANDS)) {
    table.register({ name, doc, run: (call) => answer(facts, call, table) });
  }
}

function socketStruct(s: ReturnType<ServerFacts['sockets']>[number]): RpcStruct {
  return struct({
    proto: s.proto,
    address: s.address,
    port: String(s.port),
    mcast: yesNo(s.mcast),
    mhomed: yesNo(s.mhomed),
    virtual: yesNo(s.virtual),
  });
}

function yesNo(flag: boolean): string {
  return flag ? 'yes' : 'no';
}

function uptime(facts: ServerFacts): number {
  return Math.floor(facts.now() / 1000) - Math.floor(facts.startedAt / 1000);
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time as C's `ctime`, without its line end. */
export function ctime(ms: number): string {
  const t = new Date(ms);
  const clock = [t.getHours(), t.getMinutes(), t.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
  return `${DAYS[t.getDay()]} ${MONTHS[t.getMonth()]} ${String(t.getDate()).padStart(2)} ${clock} ${t.getFullYear()}`;
}
