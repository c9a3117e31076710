import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../../../src/db/schema/create.js';
import { TABLES } from '../../../../src/db/schema/tables.js';
import htable, { type Htable } from '../../../../src/modules/htable/index.js';
import { parseTableSpec } from '../../../../src/modules/htable/spec.js';
import { ConfigError } from '../../../../src/registry/module.js';
import { slotHash, slotHashIgnoringCase } from '../../../../src/shm/slot-hash.js';
import { temporaryDirectory, value } from '../../db/fixture.js';
import { fakeHost, paramsOf } from '../fake-host.js';

function configure(tables: readonly string[], set: Record<string, unknown> = {}, parts = {}) {
  const fake = fakeHost(parts);
  const state: Htable = htable.configure(fake.host, paramsOf(htable as never, { htable: tables, ...set }));
  return { ...fake, state };
}

test('hashes are upstream’s, as its own listing prints them', () => {
  expect(['k', 'q', 'abc', 'abcdef', '1', '2', 'a', 'b', 'c'].map(slotHashIgnoringCase)).toEqual([
    102, 127, 7167810, 1834986995, 55, 52, 109, 110, 111,
  ]);
  expect(slotHashIgnoringCase('ABCdef')).toBe(slotHashIgnoringCase('abcdef'));
  expect(slotHash('ABC')).not.toBe(slotHash('abc'));
});

describe('the parameter htable', () => {
  test.each([
    ['t=>size=4;', { name: 't', slots: 16, autoexpire: 0, initval: null }],
    [
      ' t  =>  size=8;autoexpire=60;initval=-3;updateexpire=0',
      { slots: 256, autoexpire: 60, initval: -3, updateexpire: false },
    ],
    ['t=>size=1', { slots: 8 }],
    ['t=>size=40', { slots: 16384 }],
    ["t=>dbtable=x;cols='a,b,c';coldelim=:;colnull=", { dbtable: 'x', coldelim: ':', colnull: '' }],
  ])('%s', (text, expected) => {
    expect(parseTableSpec(text)).toMatchObject(expected);
  });

  test.each(['t', 't=>', 't=size', 't=>size=x', 't=>colour=red', 't=>cols=one', '=>size=4'])(
    '%s is refused',
    (text) => {
      expect(typeof parseTableSpec(text)).toBe('string');
    },
  );

  test('a name is declared once', () => {
    expect(() => configure(['t=>size=4', 't=>size=5'])).toThrow(ConfigError);
  });
});

describe('lives', () => {
  test('an item lives through the last second of its life', () => {
    const { state, clock } = configure(['t=>autoexpire=5']);
    const t = state.table('t')!;
    t.set('k', 'v');
    expect(t.lifeLeft('k')).toBe(5);
    clock.advance(5_000);
    expect(t.get('k')).toBe('v');
    clock.advance(1_000);
    expect(t.get('k')).toBeUndefined();
  });

  test('writing renews a life unless updateexpire is off', () => {
    const { state, clock } = configure(['on=>autoexpire=10', 'off=>autoexpire=10;updateexpire=0']);
    for (const name of ['on', 'off']) state.table(name)!.set('k', 1);
    clock.advance(4_000);
    for (const name of ['on', 'off']) state.table(name)!.set('k', 2);
    expect(state.table('on')!.lifeLeft('k')).toBe(10);
    expect(state.table('off')!.lifeLeft('k')).toBe(6);
  });

  test('a life of 0 has no end', () => {
    const { state, clock } = configure(['t=>autoexpire=5']);
    const t = state.table('t')!;
    t.set('k', 'v');
    t.setLife('k', 0);
    clock.advance(100_000);
    expect(t.get('k')).toBe('v');
  });

  test('an expired item shows in its event, which may give it another life', async () => {
    const seen: unknown[] = [];
    let state: Htable | undefined;
    const runEvent = (name: string) => {
      if (name.startsWith('htable:expired')) {
        seen.push([name, state!.expired?.key, state!.expired?.value]);
        if (seen.length === 1) state!.table('t')!.setLife('k', 5);
      }
      return null;
    };
    const fake = configure(['t=>autoexpire=5'], { timer_interval: 1 }, { routes: { find: () => null, runEvent } });
    state = fake.state;
    await state.start();
    state.table('t')!.set('k', 'v');
    await fake.clock.advanceAsync(8_000);
    expect(seen).toEqual([['htable:expired:t', 'k', 'v']]);
    expect(state.table('t')!.get('k')).toBe('v');
    await fake.clock.advanceAsync(8_000);
    expect(seen).toHaveLength(2);
    expect(state.expired).toBeNull();
    expect(state.table('t')!.get('k')).toBeUndefined();
    await state.stop();
  });
});

describe('counting', () => {
  test('starts from initval, never counts texts, and wraps at 32 bits in 5.6', () => {
    const { state } = configure(['t=>initval=7', 'u=>size=3']);
    const t = state.table('t')!;
    expect(t.add('k', 1)).toBe(8);
    t.set('text', 'x');
    expect(t.add('text', 1)).toBeNull();
    expect(state.table('u')!.add('k', 1)).toBeNull();
    t.set('big', 2147483647);
    expect(t.add('big', 1)).toBe(-2147483648);
  });
});

describe('database', () => {
  const directory = temporaryDirectory();

  async function prepared(name: string, rows: readonly (readonly [string, number, number, string, number])[]) {
    const url = `sqlite:///${join(directory, name)}`;
    const db = value(fakeHost().host.databases.openSync(url));
    value(createSchema(db, [TABLES.get('htable')!]));
    for (const [key, keyType, valueType, text, expires] of rows) {
      const values = { key_name: key, key_type: keyType, value_type: valueType, key_value: text, expires };
      value(
        db.change({
          op: 'insert',
          table: 'htable',
          values: Object.entries(values).map(([column, v]) => ({ column, value: v })),
        }),
      );
    }
    db.close();
    return url;
  }

  test('texts, integers and arrays are loaded', async () => {
    const url = await prepared('load.db', [
      ['text', 0, 0, 'abc', 0],
      ['number', 0, 1, '42', 0],
      ['list', 1, 0, 'first', 0],
      ['list', 1, 0, 'second', 0],
    ]);
    const { state } = configure(['t=>dbtable=htable'], { db_url: url });
    await state.start();
    const t = state.table('t')!;
    expect(
      t
        .items()
        .map((i) => [i.key, i.value])
        .sort(),
    ).toEqual([
      ['list::size', 2],
      ['list[0]', 'first'],
      ['list[1]', 'second'],
      ['number', 42],
      ['text', 'abc'],
    ]);
    await state.stop();
  });

  test('chosen columns are packed', async () => {
    const url = await prepared('pack.db', [['k', 0, 1, 'v', 0]]);
    const { state } = configure(["t=>dbtable=htable;cols='key_name,key_value,value_type';coldelim=:"], { db_url: url });
    await state.start();
    expect(state.table('t')!.get('k')).toBe('v:1');
    await state.stop();
  });

  test('a table with dbmode=1 is written back, others are not', async () => {
    const url = await prepared('save.db', [['old', 0, 0, 'x', 0]]);
    const { state } = configure(['t=>dbtable=htable;dbmode=1;autoexpire=100'], { db_url: url, db_expires: 1 });
    await state.start();
    state.table('t')!.delete('old');
    state.table('t')!.set('new', 5, 30);
    await state.stop();
    const { state: again, clock } = configure(['t=>dbtable=htable;autoexpire=100'], { db_url: url, db_expires: 1 });
    await again.start();
    expect(again.table('t')!.items()).toEqual([{ key: 'new', value: 5, expires: clock.unix() + 30 }]);
    again.table('t')!.set('never stored', 1);
    await again.stop();
    const third = configure(['t=>dbtable=htable'], { db_url: url });
    await third.state.start();
    expect(
      third.state
        .table('t')!
        .items()
        .map((i) => i.key),
    ).toEqual(['new']);
    await third.state.stop();
  });

  test('a missing table keeps htable from starting', async () => {
    const { state } = configure(['t=>dbtable=nowhere'], { db_url: `sqlite:///${join(directory, 'empty.db')}` });
    await expect(state.start()).rejects.toThrow(ConfigError);
  });
});
