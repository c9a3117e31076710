import { registerCoreCommands } from '../../../src/rpc/core-commands.js';
import type { ServerFacts } from '../../../src/rpc/server-facts.js';
import { RpcTable } from '../../../src/rpc/table.js';
import { array, double, fault, list, reply, struct } from '../../../src/rpc/value.js';

/** Noon of a day in local time, so that texts do not depend on the time zone. */
export const STARTED = new Date(2024, 4, 6, 12, 0, 0).getTime();

export const facts: ServerFacts = {
  version: {
    name: 'kamailio',
    version: '5.6.3',
    full: 'kamailio 5.6.3 (x86_64/linux) ',
    sourceId: 'unknown ',
    compiler: 'gcc 12.2.0',
    compiled: '',
    flags: 'USE_TCP',
  },
  startedAt: STARTED,
  now: () => STARTED + 3_723_999,
  args: ['kamailio', '-f', 'k.cfg'],
  workingDirectory: () => '/',
  processes: () => [
    { pid: 10, description: 'main process - attendant', rank: 0 },
    { pid: 11, description: 'slow timer', rank: -1 },
  ],
  sockets: () => [{ proto: 'udp', address: '127.0.0.1', port: 5060, mcast: false, mhomed: false, virtual: false }],
  aliases: () => [
    { proto: 'tcp', address: 'localhost', port: 5060 },
    { proto: '*', address: 'test.example', port: 0 },
  ],
  hasMyselfChecks: () => false,
  modules: () => ['sl', 'kex'],
  defines: () => [
    { name: 'KAMAILIO_5', value: undefined },
    { name: 'X', value: '1' },
  ],
  memory: () => ({ total: 67108864, free: 64583728, used: 2486760, realUsed: 2525136, maxUsed: 2525136, fragments: 1 }),
  tcp: () => undefined,
  udp4Raw: () => ({ mode: 0, mtu: 1500, ttl: 64 }),
  kill: () => {},
};

/** A table with the core commands and some that answer with every kind of value. */
export function tableOf(more: Partial<ServerFacts> = {}): RpcTable {
  const table = new RpcTable();
  registerCoreCommands(table, { ...facts, ...more });
  table.register({
    name: 'test.values',
    doc: '',
    run: () =>
      list([
        1,
        -1,
        2 ** 40,
        'text "quoted"\t\xe9',
        true,
        null,
        double(2.5),
        struct([
          ['a', 1],
          ['a', array([struct({ b: 'x' }), 'y'])],
        ]),
        array([]),
        struct({}),
      ]),
  });
  table.register({ name: 'test.last', doc: 'd', run: () => reply('first', 'last') });
  table.register({ name: 'test.fault', doc: 'd', run: () => fault(404, 'No such thing') });
  table.register({
    name: 'test.throw',
    doc: 'd',
    run: () => {
      throw new Error('boom');
    },
  });
  table.register({
    name: 'test.needs',
    doc: 'd',
    run: (call) => {
      const read = call.scan('Sd');
      return read.ok ? reply(`${read.args[0]}/${read.args[1]}`) : read.reply;
    },
  });
  return table;
}
