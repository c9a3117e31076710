import { int, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type FunctionInfo } from '../../registry/module.js';
import { slotHashIgnoringCase } from '../../shm/slot-hash.js';
import { operatorTest, regexTest, type Test } from './match.js';
import { type Htable, type ItemRef, parseItemRef } from './state.js';
import type { Table } from './table.js';

const { fn } = entriesOf<Htable>();

const anywhere = (doc: string, example: string, returns: FunctionInfo['returns']): FunctionInfo => ({
  routes: ['ANY'],
  doc,
  example,
  returns,
});

const itemRef = (name: string) => parsed<ItemRef>(name, parseItemRef, '`table=>key or pattern`');
const table = text('table', 'name of a table');
const key = text('key');
const iterator = text('iterator', 'name of an iterator, below 32 characters; four may be in use');

/** The table of that name; null, and logged, when there is none or the name is empty. */
function tableOf(state: Htable, name: string): Table | null {
  const found = name === '' ? null : state.table(name);
  if (found === null) state.error(name === '' ? 'cannot get the hash table name' : `cannot get hash table [${name}]`);
  return found;
}

function removeMatching(target: Table, test: Test, ofValues: boolean): void {
  for (const { key, value } of target.items()) {
    if (!test(ofValues ? value : key)) continue;
    // Another thread may have written it since.
    if (ofValues) target.deleteIf(key, (now) => now === value);
    else target.delete(key);
  }
}

/** `sht_rm_name_re`, `sht_rm_value_re`: 1 even without such a table. */
function removeByPattern(ofValues: boolean, doc: string, example: string): FunctionDef<Htable> {
  return fn(
    [itemRef('table_and_pattern')],
    anywhere(doc, example, { '1': 'done', '-1': 'not a pattern' }),
    (state) => (ctx, ref) => {
      const target = state.table(ref.tableName);
      if (target === null) return 1;
      const test = regexTest(ref.key(ctx), state.regex);
      if (test === null) return -1;
      removeMatching(target, test, ofValues);
      return 1;
    },
  );
}

const REMOVE_OPERATORS = new Set(['re', 'sw', 'ew', 'in']);
const MATCH_OPERATORS = new Set(['eq', 'ne', 're', 'sw']);

type Use = (target: Table, test: Test, ofValues: boolean) => number;

/** `sht_rm_*` and `sht_match_*` with an operator. */
function byOperator(
  ofValues: boolean,
  operators: ReadonlySet<string>,
  use: Use,
  info: FunctionInfo,
): FunctionDef<Htable> {
  return fn(
    [table, text('operator', [...operators].join(', ')), text('wanted')],
    info,
    (state) => (_ctx, name, operator, wanted) => {
      if (wanted === '') {
        state.error('cannot the get match value');
        return -1;
      }
      const target = tableOf(state, name);
      if (target === null) return -1;
      const known = operators.has(operator) && (state.compat !== '5.6' || (operator !== 'ew' && operator !== 'in'));
      const test = known ? operatorTest(operator, wanted, state.regex) : undefined;
      if (test === undefined) state.warn(`unsupported match operator: ${operator}`);
      return test ? use(target, test, ofValues) : -1;
    },
  );
}

const removeAll: Use = (target, test, ofValues) => {
  removeMatching(target, test, ofValues);
  return 1;
};
const matchAny: Use = (target, test, ofValues) =>
  target.items().some((item) => test(ofValues ? item.value : item.key)) ? 1 : -1;

const REMOVED = { '1': 'done', '-1': 'no such table, or not such an operator or pattern' };
const MATCHED = { '1': 'an item matches', '-1': 'none does, or no such table, operator or pattern' };
const matchName = byOperator(
  false,
  MATCH_OPERATORS,
  matchAny,
  anywhere('True when a key of the table matches.', 'sht_match_name("a", "sw", "al");', MATCHED),
);
const matchValue = byOperator(
  true,
  MATCH_OPERATORS,
  matchAny,
  anywhere('True when a text value of the table matches.', 'sht_match_str_value("a", "eq", "x");', MATCHED),
);

/** `sht_lock`, `sht_unlock`. */
function slotLock(doc: string, example: string, act: 'lock' | 'unlock'): FunctionDef<Htable> {
  return fn(
    [itemRef('table_and_key')],
    anywhere(doc, example, { '1': 'done', '-11': 'no such table' }),
    (state) => (ctx, ref) => {
      const target = state.table(ref.tableName);
      if (target === null) {
        state.error('cannot get $sht root');
        return -11;
      }
      state.locks[act](target.slotName(ref.key(ctx)));
      return 1;
    },
  );
}

/** A message of the iterators as -1, anything else as it is. */
function outcome(state: Htable, result: string | number): number {
  if (typeof result === 'number') return result;
  state.error(result);
  return -1;
}

function onIterator(state: Htable, name: string, use: (target: Table, itemKey: string) => void): number {
  const position = state.iterators.position(name);
  if (typeof position === 'string') return outcome(state, position);
  use(position.table, position.key);
  return 1;
}

/** `sht_inc`, `sht_dec`. */
function adder(by: 1 | -1, doc: string, example: string): FunctionDef<Htable> {
  return fn(
    [table, key],
    anywhere(doc, example, { '1': 'done', '-1': 'no such table, or nothing to count on' }),
    (state) => (_ctx, name, itemKey) => {
      const target = tableOf(state, name);
      if (target === null) return -1;
      if (target.add(itemKey, by) !== null) return 1;
      state.error(`failed updating $sht(${name}=>${itemKey})`);
      return -1;
    },
  );
}

function setWithLife(state: Htable, name: string, itemKey: string, value: string | number, seconds: number): number {
  if (name === '') state.error('cannot get htable name');
  else if (itemKey === '') state.error('cannot get item name');
  else {
    const target = state.table(name);
    if (target !== null) {
      target.set(itemKey, value, seconds);
      return 1;
    }
    state.error(`No such htable: ${name}`);
  }
  return -1;
}

const SET = { '1': 'done', '-1': 'no such table' };

export const functions: Readonly<Record<string, FunctionDef<Htable>>> = {
  sht_print: fn([], anywhere('Logs every item of every table.', 'sht_print();', { '1': 'always' }), (state) => () => {
    print(state);
    return 1;
  }),
  sht_rm: fn(
    [table, key],
    anywhere('Removes an item.', 'sht_rm("a", "$fU");', {
      '1': 'done, whether it was there or not',
      '-1': 'no such table',
    }),
    (state) => (_ctx, name, itemKey) => {
      const target = tableOf(state, name);
      if (target === null) return -1;
      if (itemKey === '') {
        state.error('cannot get the item table name');
        return -1;
      }
      target.delete(itemKey);
      return 1;
    },
  ),
  sht_rm_name_re: removeByPattern(false, 'Removes the items whose key matches.', 'sht_rm_name_re("a=>^alice");'),
  sht_rm_value_re: removeByPattern(
    true,
    'Removes the items whose text value matches.',
    'sht_rm_value_re("a=>^10\\.");',
  ),
  sht_rm_name: byOperator(
    false,
    REMOVE_OPERATORS,
    removeAll,
    anywhere('Removes the items whose key matches.', 'sht_rm_name("a", "sw", "al");', REMOVED),
  ),
  sht_rm_value: byOperator(
    true,
    REMOVE_OPERATORS,
    removeAll,
    anywhere('Removes the items whose text value matches.', 'sht_rm_value("a", "re", "^10\\.");', REMOVED),
  ),
  sht_match_name: matchName,
  sht_has_name: matchName,
  sht_match_str_value: matchValue,
  sht_has_str_value: matchValue,
  sht_lock: slotLock('Holds other script threads off the slot of a key.', 'sht_lock("a=>$fU");', 'lock'),
  sht_unlock: slotLock('Lets others at the slot again.', 'sht_unlock("a=>$fU");', 'unlock'),
  sht_reset: fn([table], anywhere('Removes every item.', 'sht_reset("a");', SET), (state) => (_ctx, name) => {
    const target = tableOf(state, name);
    target?.clear();
    return target === null ? -1 : 1;
  }),
  sht_iterator_start: fn(
    [iterator, table],
    anywhere('Starts walking over a table.', 'sht_iterator_start("i", "a");', {
      '1': 'done',
      '-1': 'no such table, or no iterator to be had',
    }),
    (state) => (_ctx, name, tableName) =>
      outcome(
        state,
        name === ''
          ? 'cannot get iterator name'
          : (state.iterators.start(name, state.table(tableName), tableName) ?? 1),
      ),
  ),
  sht_iterator_next: fn(
    [iterator],
    anywhere('Steps to the next item.', 'sht_iterator_next("i");', {
      '1': 'on an item',
      '-1': 'at the end, or no such iterator',
    }),
    (state) => (_ctx, name) => {
      const moved = state.iterators.next(name);
      return outcome(state, typeof moved === 'string' ? moved : moved ? 1 : -1);
    },
  ),
  sht_iterator_end: fn(
    [iterator],
    anywhere('Gives an iterator back.', 'sht_iterator_end("i");', { '1': 'done', '-1': 'no such iterator' }),
    (state) => (_ctx, name) => outcome(state, state.iterators.end(name) ?? 1),
  ),
  sht_iterator_rm: fn(
    [iterator],
    anywhere('Removes the item stood on and steps to the next.', 'sht_iterator_rm("i");', {
      '1': 'on the next item',
      '-1': 'on no item',
      '-2': 'removed, and at the end',
    }),
    (state) => (_ctx, name) => {
      const moved = state.iterators.remove(name);
      return outcome(state, typeof moved === 'string' ? moved : moved ? 1 : -2);
    },
  ),
  sht_iterator_sets: fn(
    [iterator, text('value')],
    anywhere('Sets the item stood on to a text.', 'sht_iterator_sets("i", "x");', SET),
    (state) => (_ctx, name, value) => onIterator(state, name, (target, itemKey) => target.set(itemKey, value)),
  ),
  sht_iterator_seti: fn(
    [iterator, int('value')],
    anywhere('Sets the item stood on to an integer.', 'sht_iterator_seti("i", "5");', SET),
    (state) => (_ctx, name, value) => onIterator(state, name, (target, itemKey) => target.set(itemKey, value)),
  ),
  sht_iterator_setex: fn(
    [iterator, int('seconds')],
    anywhere('Gives the item stood on another life.', 'sht_iterator_setex("i", "60");', SET),
    (state) => (_ctx, name, seconds) => onIterator(state, name, (target, itemKey) => target.setLife(itemKey, seconds)),
  ),
  sht_setxs: fn(
    [table, key, text('value'), int('seconds')],
    anywhere('Sets an item to a text that lives so many seconds.', 'sht_setxs("a", "k", "v", "60");', SET),
    (state) => (_ctx, name, itemKey, value, seconds) => setWithLife(state, name, itemKey, value, seconds),
  ),
  sht_setxi: fn(
    [table, key, int('value'), int('seconds')],
    anywhere('Sets an item to an integer that lives so many seconds.', 'sht_setxi("a", "k", "5", "60");', SET),
    (state) => (_ctx, name, itemKey, value, seconds) => {
      const done = setWithLife(state, name, itemKey, value, seconds);
      // 5.6 answers 0 here, which ends the script.
      return done === 1 && state.compat === '5.6' ? 0 : done;
    },
  ),
  sht_is_null: fn(
    [table, key],
    {
      ...anywhere('True when there is no such item.', 'sht_is_null("a", "k");', {
        '1': 'no such item',
        '2': 'no such table',
        '3': 'a name is empty',
        '-1': 'it is there',
        '-2': 'the table has an initval',
      }),
      since: '6.x',
    },
    (state) => (_ctx, name, itemKey) => {
      if (name === '' || itemKey === '') return 3;
      const target = state.table(name);
      if (target === null) return 2;
      if (target.spec.initval !== null) return -2;
      return target.has(itemKey) ? -1 : 1;
    },
  ),
  sht_inc: { ...adder(1, 'Adds one to an integer item in one step.', 'sht_inc("a", "k");'), since: '6.x' },
  sht_dec: { ...adder(-1, 'Takes one off an integer item in one step.', 'sht_dec("a", "k");'), since: '6.x' },
  bind_htable: fn(
    [],
    anywhere('Upstream’s C interface; does nothing in a script.', 'bind_htable();', { '-1': 'always' }),
    () => () => -1,
  ),
};

/** Bytes of an item's fixed part, so that sizes read as upstream's. */
const CELL_SIZE = 72;

function print(state: Htable): void {
  for (const { spec, ...target } of state.tables().map((t) => ({ spec: t.spec, slots: t.slots() }))) {
    state.error(`htable[${spec.name}] hid: ${slotHashIgnoringCase(spec.name)} exp: ${spec.autoexpire}>`);
    const occupied = new Map(target.slots.map((slot) => [slot.index, slot.items]));
    for (let i = 0; i < spec.slots; i++) {
      const items = occupied.get(i) ?? [];
      state.error(`htable[${i}] -- <${items.length}>`);
      for (const { key: name, value, expires, hash } of items) {
        const isText = typeof value === 'string';
        const size = CELL_SIZE + name.length + 1 + (isText ? value.length + 1 : 0);
        state.error(`\tcell: ${name}`);
        state.error(`\thid: ${hash} msize: ${size} flags: ${isText ? 2 : 0} expire: ${expires}`);
        state.error(isText ? `\tv-s:${value}` : `\tv-i:${value}`);
      }
    }
  }
}
