import { entriesOf, type RpcDef } from '../../registry/module.js';
import type { RpcCall } from '../../rpc/table.js';
import { array, fault, list, type RpcReply, type RpcValue, reply, struct } from '../../rpc/value.js';
import type { Htable } from './state.js';
import type { Item, Table } from './table.js';

const { rpc } = entriesOf<Htable>();

type Command = (state: Htable, call: RpcCall) => RpcReply | Promise<RpcReply>;

const command = (doc: string, run: Command): RpcDef<Htable> => rpc(doc, (state) => (call) => run(state, call));

/** Parameters by their letters, or the fault for too few of them. */
function read(call: RpcCall, letters: string, missing: string): readonly unknown[] | RpcReply {
  const scan = call.scan(letters);
  return scan.ok ? scan.args : fault(500, missing);
}

const isReply = (value: readonly unknown[] | RpcReply): value is RpcReply => !Array.isArray(value);

/** A command on one table. */
function onTable(doc: string, run: (state: Htable, table: Table) => RpcReply | Promise<RpcReply>): RpcDef<Htable> {
  return command(doc, (state, call) => {
    const args = read(call, 'S', 'No htable name given');
    if (isReply(args)) return args;
    const table = state.table(args[0] as string);
    return table === null ? fault(500, 'No such htable') : run(state, table);
  });
}

/** A command that writes one item. */
function setter(
  doc: string,
  letters: string,
  missing: string,
  done: string,
  set: (table: Table, key: string, args: readonly unknown[]) => void,
): RpcDef<Htable> {
  return command(doc, (state, call) => {
    const args = read(call, letters, missing);
    if (isReply(args)) return args;
    const table = state.table(args[0] as string);
    if (table === null) return fault(500, 'No such htable');
    set(table, args[1] as string, args.slice(2));
    return reply(done);
  });
}

const NO_VALUE = 'Not enough parameters (htable name, key name and value)';
const NO_VALUE_OR_LIFE = 'Not enough parameters (htable name, key name, value and expire)';
const SET = 'Ok. Key set to new value.';

function shown(item: Item): readonly (readonly [string, RpcValue])[] {
  return [
    ['name', item.key],
    ['value', item.value],
    ['type', typeof item.value === 'string' ? 'str' : 'int'],
  ];
}

/** Local time as `strftime` writes it. */
function timeText(unix: number): string {
  if (unix === 0) return 'NEVER';
  const t = new Date(unix * 1000);
  const two = (n: number): string => `${n}`.padStart(2, '0');
  const day = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  return `${day} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

function tableStats(table: Table): RpcValue {
  const sizes = table.slots().map((slot) => slot.items.length);
  const all = sizes.reduce((sum, n) => sum + n, 0);
  return struct([
    ['name', table.spec.name],
    ['slots', table.spec.slots],
    ['all', all],
    ['min', sizes.length < table.spec.slots ? 0 : Math.min(...sizes)],
    ['max', Math.max(0, ...sizes)],
  ]);
}

const NO_DMQ = 'HTable DMQ Sync Failed';

export const commands: Readonly<Record<string, RpcDef<Htable>>> = {
  'htable.dump': onTable('Dump the contents of hash table.', (_state, table) =>
    list(
      table.slots().map((slot) =>
        struct([
          ['entry', slot.index],
          ['size', slot.items.length],
          ['slot', array(slot.items.map((item) => struct(shown(item))))],
        ]),
      ),
    ),
  ),
  'htable.delete': command('Delete one key from a hash table.', (state, call) => {
    const args = read(call, 'SS', 'Not enough parameters (htable name & key name)');
    if (isReply(args)) return args;
    const table = state.table(args[0] as string);
    if (table === null) return fault(500, 'No such htable');
    return table.delete(args[1] as string) ? reply('Ok. Key deleted.') : fault(404, 'Key not found in htable.');
  }),
  'htable.get': command('Get one key from a hash table.', (state, call) => {
    const args = read(call, 'SS', 'Not enough parameters (htable name and key name)');
    if (isReply(args)) return args;
    const table = state.table(args[0] as string);
    if (table === null) return fault(500, 'No such htable');
    const item = table.item(args[1] as string);
    if (item === undefined) return fault(500, "Key name doesn't exist in htable.");
    const fields = struct([
      ['name', item.key],
      ['value', item.value],
      ['flags', typeof item.value === 'string' ? 2 : 0],
      ['expire', timeText(item.expires)],
    ]);
    return reply(struct([['item', fields]]));
  }),
  'htable.sets': setter(
    'Set one key in a hash table to a string value.',
    'SS.S',
    NO_VALUE,
    SET,
    (table, key, [value]) => table.set(key, value as string),
  ),
  'htable.seti': setter(
    'Set one key in a hash table to an integer value.',
    'SSd',
    NO_VALUE,
    SET,
    (table, key, [value]) => table.set(key, value as number),
  ),
  'htable.setex': setter(
    'Set expire in a hash table for the item referenced by key.',
    'SSd',
    'Not enough parameters (htable name, item name and expire)',
    'Ok',
    (table, key, [seconds]) => table.setLife(key, seconds as number),
  ),
  'htable.setxs': setter(
    'Set one key in a hash table to a string value and its expire value.',
    'SS.Sd',
    NO_VALUE_OR_LIFE,
    SET,
    (table, key, [value, seconds]) => table.set(key, value as string, seconds as number),
  ),
  'htable.setxi': setter(
    'Set one key in a hash table to an integer value and its expire value.',
    'SSdd',
    NO_VALUE_OR_LIFE,
    SET,
    (table, key, [value, seconds]) => table.set(key, value as number, seconds as number),
  ),
  'htable.listTables': command('List all htables.', (state) => {
    const tables = state.tables();
    if (tables.length === 0) return fault(500, 'No htables');
    return list(
      tables.map(({ spec }) =>
        struct([
          ['name', spec.name],
          ['dbtable', spec.dbtable],
          ['dbmode', spec.dbmode],
          ['expire', spec.autoexpire],
          ['updateexpire', spec.updateexpire ? 1 : 0],
          ['size', spec.slots],
          ['dmqreplicate', spec.dmqreplicate],
        ]),
      ),
    );
  }),
  'htable.stats': command('Statistics about htables.', (state) => {
    const tables = state.tables();
    return tables.length === 0 ? fault(500, 'No htables') : list(tables.map(tableStats));
  }),
  'htable.flush': onTable('Flush hash table.', (_state, table) => {
    table.clear();
    return reply('Ok. Htable flushed.');
  }),
  'htable.reload': command('Reload hash table from database.', async (state, call) => {
    if (!state.hasDatabase) return fault(500, 'No htable db_url');
    const args = read(call, 'S', 'No htable name given');
    if (isReply(args)) return args;
    const table = state.table(args[0] as string);
    if (table === null) return fault(500, 'No such htable');
    if (table.spec.dbtable === '') return fault(500, 'No database htable');
    const problem = await state.reload(table);
    if (problem === null) return reply('Ok. Htable reloaded.');
    state.error(problem);
    return fault(500, 'Htable reload failed');
  }),
  'htable.store': command('Store hash table to database.', async (state, call) => {
    if (!state.hasDatabase) return fault(500, 'No htable db_url');
    const args = read(call, 'S', 'No htable name given');
    if (isReply(args)) return args;
    const problem = await state.store(state.table(args[0] as string));
    return problem === null ? reply('Ok. Htable successfully stored to DB.') : fault(500, problem);
  }),
  'htable.dmqsync': command('Perform DMQ sync action; fails, as module dmq is not here.', () => fault(500, NO_DMQ)),
  'htable.dmqresync': onTable(
    'Perform DMQ resync action (flush and sync); fails before flushing, as module dmq is not here.',
    () => fault(500, NO_DMQ),
  ),
};
