import { heapMemory } from '../../observe/memory.js';
import type { Counter, Statistics } from '../../observe/statistics.js';
import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { fault, list, type RpcReply, reply, struct } from '../../rpc/value.js';
import type { Kex } from './state.js';

const { rpc } = entriesOf<Kex>();

/** The names a call gives, in order; null when it gives none. */
function namesOf(call: RpcCall): string[] | null {
  const names: string[] = [];
  for (;;) {
    const scanned = call.scan(names.length === 0 ? 's' : '*s');
    const name = scanned.ok ? scanned.args[0] : undefined;
    if (typeof name !== 'string') return names.length === 0 ? null : names;
    names.push(name);
  }
}

/** The statistics that `all`, `group:`, `name`, `group.name` or `group:name` stands for. */
function selected(statistics: Statistics, name: string): readonly Counter[] {
  if (name === 'all') return statistics.groups().flatMap((group) => statistics.inGroup(group));
  if (name.endsWith(':')) return statistics.inGroup(name.slice(0, -1));
  const one = statistics.findByName(name);
  return one === undefined ? [] : [one];
}

/** As {@link selected}, where a name may be qualified by its group. */
function fetched(statistics: Statistics, name: string): readonly Counter[] {
  const found = selected(statistics, name);
  const cut = name.search(/[.:]/);
  if (found.length > 0 || cut < 0) return found;
  const one = statistics.findByName(name.slice(cut + 1));
  return one !== undefined && one.group === name.slice(0, cut) ? [one] : [];
}

/** `stats.fetch` (values as text) and `stats.fetchn` (as numbers). */
function fetch(asText: boolean): RpcDef<Kex>['bind'] {
  return (state) => (call) => {
    const names = namesOf(call);
    if (names === null) return fault(400, 'Please provide which stats to retrieve');
    const counters = names.flatMap((name) => fetched(state.host.statistics, name));
    return reply(struct(counters.map((c) => [`${c.group}.${c.name}`, asText ? `${c.get()}` : c.get()] as const)));
  };
}

/** `stats.reset_statistics`, and `stats.clear_statistics`, which tells what it did. */
function reset(tell: boolean): RpcDef<Kex>['bind'] {
  return (state) => (call) => {
    const names = namesOf(call);
    if (names === null) return fault(400, 'Please provide stats name');
    const lines = names
      .flatMap((name) => selected(state.host.statistics, name))
      .map((c) => {
        const before = c.get();
        c.reset();
        const after = c.get();
        return `${c.group}:${c.name} = ${after}${before === after ? '' : ` (${before})`}`;
      });
    return tell ? reply(...lines) : reply();
  };
}

/** One entry per script thread, as upstream lists its processes. */
function threadMemory(state: Kex, call: RpcCall): RpcReply {
  const filter = call.scan('*S');
  const kind = filter.ok ? filter.args[0] : undefined;
  const index = state.host.threadIndex;
  if (kind !== undefined) {
    if (kind !== 'pid' && kind !== 'rank' && kind !== 'index') return fault(500, 'Invalid filter type');
    const scanned = call.scan('d');
    const wanted = scanned.ok ? scanned.args[0] : undefined;
    if (typeof wanted !== 'number') return fault(500, 'One more parameter expected');
    if (kind === 'pid' && wanted !== process.pid) return fault(500, 'No such pid');
    if (kind !== 'pid' && wanted !== index) return list([]);
  }
  const memory = heapMemory();
  return list([
    struct({
      entry: index,
      pid: process.pid,
      rank: index,
      used: memory.used,
      free: memory.free,
      real_used: memory.realUsed,
      total_size: memory.total,
      total_frags: 0,
      desc: 'script thread',
    }),
  ]);
}

/** Memory by module is not known here: the answer names the module and shows a total of 0 per pool asked for. */
function moduleMemory(call: RpcCall): RpcReply {
  const first = call.scan('*S');
  const name = first.ok ? first.args[0] : undefined;
  if (typeof name !== 'string') return fault(500, 'Module name or "all" needed');
  const second = call.scan('*S');
  const pool = second.ok ? second.args[0] : undefined;
  if (typeof pool !== 'string') return fault(500, '"pkg" or "shm" or "all" needed');
  const pools = pool === 'all' ? 2 : pool === 'pkg' || pool === 'shm' ? 1 : 0;
  const names = name === 'all' ? ['core'] : [name];
  return list(names.flatMap((n) => [`Module: ${n}`, ...Array.from({ length: pools }, () => struct({ Total: 0 })), '']));
}

const MODULE_MEMORY = 'Per module memory usage statistics; every total is 0, as memory is not counted by module here';

export const RPC: Readonly<Record<string, RpcDef<Kex>>> = {
  'mod.stats': rpc(MODULE_MEMORY, () => moduleMemory),
  'mod.mem_stats': rpc(MODULE_MEMORY, () => moduleMemory),
  'mod.mem_statsx': rpc(MODULE_MEMORY, () => moduleMemory),
  'pkg.stats': rpc('Memory of the script thread', (state) => (call) => threadMemory(state, call)),
  'pkg.info': rpc('Memory manager details', () => () => reply(struct({ name: 'v8', size: heapMemory().total }))),
  'stats.get_statistics': rpc('get core and modules stats', (state) => (call) => {
    const names = namesOf(call);
    if (names === null) return fault(400, 'Please provide which stats to retrieve');
    const counters = names.flatMap((name) => selected(state.host.statistics, name));
    return list(counters.map((c) => `${c.group}:${c.name} = ${c.get()}`));
  }),
  'stats.fetch': rpc('fetch core and modules stats as string values', fetch(true)),
  'stats.fetchn': rpc('fetch core and modules stats as number values', fetch(false)),
  'stats.reset_statistics': rpc('reset core and modules stats (silent operation)', reset(false)),
  'stats.clear_statistics': rpc('clear core and modules stats (verbose operation)', reset(true)),
};
