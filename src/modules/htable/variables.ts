import { ArgumentError } from '../../registry/arguments.js';
import { entriesOf, type PvDef, type PvInner } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { toStored, type Value } from '../../script/value.js';
import { countTest } from './match.js';
import { type Htable, parseItemRef } from './state.js';
import type { Table } from './table.js';

const { pv } = entriesOf<Htable>();

type ReadItem = (state: Htable, table: Table, key: string) => Value;
type WriteItem = (state: Htable, table: Table, key: string, value: Value) => boolean;

/** A variable named by `table=>key`. Missing tables read as null and refuse assignments. */
function itemPv(doc: string, read: ReadItem, write?: WriteItem): PvDef<Htable> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: write !== undefined,
    bind: (state, inner, _index, env) => {
      const ref = parseItemRef(inner?.text ?? '', env);
      const table = state.table(ref.tableName);
      if (table === null) {
        const refuse = (): boolean => {
          if (state.compat !== '5.6') state.error(`htable not found for setting $sht(${ref.tableName}=>...)`);
          return false;
        };
        const miss = (): Value => {
          if (state.compat !== '5.6') state.error(`htable not found for getting $sht(${ref.tableName}=>...)`);
          return null;
        };
        return write ? { read: miss, write: refuse } : { read: miss };
      }
      const access = { read: (ctx: ScriptContext): Value => read(state, table, ref.key(ctx)) };
      if (write === undefined) return access;
      return { ...access, write: (ctx: ScriptContext, value: Value) => write(state, table, ref.key(ctx), value) };
    },
  });
}

const readItem: ReadItem = (_state, table, key) => table.get(key) ?? table.spec.initval;

const writeItem: WriteItem = (_state, table, key, value) => {
  const stored = toStored(value);
  if (stored === null) table.delete(key);
  else table.set(key, stored);
  return true;
};

const writeLife: WriteItem = (_state, table, key, value) => {
  const stored = toStored(value);
  // Text counts as 0 here, even when it holds digits: the item then never expires.
  table.setLife(key, typeof stored === 'number' ? stored : 0);
  return true;
};

/** Counts items; patterns are compiled once per distinct text. */
function count(state: Htable, table: Table, pattern: string, ofValues: boolean): number {
  const test = countTest(pattern, ofValues, state.regex);
  if (test === 'all') return table.size;
  if (test === null) return 0;
  let n = 0;
  for (const item of table.items()) if (test(ofValues ? item.value : item.key)) n++;
  return n;
}

function namedPv(doc: string, bind: (state: Htable, name: string) => (ctx: ScriptContext) => Value): PvDef<Htable> {
  return pv({
    doc,
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner: PvInner | null) => ({ read: bind(state, inner?.text ?? '') }),
  });
}

export const variables: Readonly<Record<string, PvDef<Htable>>> = {
  sht: itemPv(
    'The item of `$sht(table=>key)`, or the table’s `initval`; assigning `$null` removes it.',
    readItem,
    writeItem,
  ),
  shtex: itemPv(
    'Seconds an item has left; assigning gives it another life, 0 one without end.',
    (_s, table, key) => table.lifeLeft(key),
    writeLife,
  ),
  shtcn: itemPv(
    'Number of items whose key matches: `~~re`, `~%suffix`, `%~prefix`, `==text`, `**` for all; a bare pattern is `~~`.',
    (state, table, pattern) => count(state, table, pattern, false),
  ),
  shtcv: itemPv('Number of items whose value matches, as `$shtcn`; `eqN` compares integers.', (state, table, pattern) =>
    count(state, table, pattern, true),
  ),
  shtinc: itemPv('Adds one to an integer item in one step and gives the sum.', (_s, table, key) => table.add(key, 1)),
  shtdec: itemPv('Takes one off an integer item in one step and gives the rest.', (_s, table, key) =>
    table.add(key, -1),
  ),
  shtrecord: namedPv('`key` or `value` of the item whose expiry event is running.', (state, name) => {
    if (name === 'key') return () => state.expired?.key;
    if (name === 'value') return () => state.expired?.value;
    throw new ArgumentError(`unknown pv name ${name}`);
  }),
  shtitkey: namedPv(
    'Key of the item an iterator stands on.',
    (state, name) => () => state.iterators.current(name)?.key ?? null,
  ),
  shtitval: namedPv(
    'Value of the item an iterator stands on.',
    (state, name) => () => state.iterators.current(name)?.value ?? null,
  ),
};
