import { ArgumentError, type BindEnv } from '../../registry/arguments.js';
import { entriesOf, type PvDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { Dual, type Value } from '../../script/value.js';
import type { Result } from './result.js';
import type { Sqlops } from './state.js';

const { pv } = entriesOf<Sqlops>();

type Index = (ctx: ScriptContext) => number | null;

/** A row or column number: decimal digits, or a variable that holds an integer. Null when it does not. */
function parseIndex(state: Sqlops, word: string, env: BindEnv): Index {
  if (word.startsWith('$')) {
    const variable = env.pv(word);
    return (ctx) => {
      const value = variable.read(ctx);
      const n = value instanceof Dual ? value.int : value;
      if (typeof n === 'number') return n;
      state.error('Could not convert PV to int', '<core>');
      return null;
    };
  }
  if (!/^[+-]?\d+$/.test(word)) throw new ArgumentError(`bad number <${word}>`);
  const n = Number(word);
  return () => n;
}

/** What `$dbr(result=>key)` reads of a result. */
function parseKey(state: Sqlops, key: string, env: BindEnv): (ctx: ScriptContext, result: Result) => Value {
  if (key === 'rows') return (_ctx, result) => result.rows.length;
  if (key === 'cols') return (_ctx, result) => result.columns.length;
  const cell = /^\[\s*([^,\s]+)\s*,\s*([^\]\s]+)\s*\]/.exec(key);
  if (cell !== null) {
    const row = parseIndex(state, cell[1]!, env);
    const column = parseIndex(state, cell[2]!, env);
    return (ctx, result) => {
      const r = row(ctx);
      const c = r === null ? null : column(ctx);
      return r === null || c === null ? null : (result.rows[r]?.[c] ?? null);
    };
  }
  const named = /^colname\s*\[([^\]\s]+)\s*\]/.exec(key);
  if (named !== null) {
    const column = parseIndex(state, named[1]!, env);
    return (ctx, result) => result.columns[column(ctx) ?? -1] ?? null;
  }
  const known = key.startsWith('[') || key.startsWith('colname');
  throw new ArgumentError(known ? `invalid index in [${key}]` : `unknown key [${key}]`);
}

export const variables: Readonly<Record<string, PvDef<Sqlops>>> = {
  dbr: pv({
    doc:
      'What `sql_query` kept: `$dbr(result=>[row,column])`, both from 0 and possibly variables; `$dbr(result=>rows)`, ' +
      '`$dbr(result=>cols)`, `$dbr(result=>colname[column])`. Null outside of the result and where the column is null; ' +
      'fractions read as null too: select them as text.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner, _index, env) => {
      const written = inner?.text ?? '';
      const [, name, key] = /^\s*([^=\s]+)\s*=>(.+?)\s*$/s.exec(written) ?? [];
      if (name === undefined || key === undefined) throw new ArgumentError(`invalid pv name [${written}]`);
      state.declareResult(name);
      const read = parseKey(state, key, env);
      return { read: (ctx) => read(ctx, state.result(ctx, name)) };
    },
  }),
  sqlrows: pv({
    doc: 'How many rows the last query on a connection changed; of a query that only reads, how many it gave.',
    inner: 'required',
    index: false,
    writable: false,
    bind: (state, inner) => {
      const name = inner?.text ?? '';
      const connection = state.connection(name);
      if (connection === undefined) throw new ArgumentError(`invalid connection [${name}]`);
      // 5.6's db_sqlite does not count.
      const never = state.is56 && connection.url.startsWith('sqlite:');
      return {
        read: (ctx) => {
          if (!never && connection.countsChanges) return state.affected(ctx, connection);
          state.error(`database module does not have DB_CAP_AFFECTED_ROWS [${name}]`);
          return undefined;
        },
      };
    },
  }),
};
