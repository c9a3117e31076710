import { ArgumentError, type BindEnv, type BoundPv, parsed, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import { XavpList } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import type { Connection } from './connection.js';
import { NO_RESULT, type Result } from './result.js';
import { Code, type Sqlops } from './state.js';

const { fn } = entriesOf<Sqlops>();

const own = (env: BindEnv): Sqlops => env.moduleState('sqlops') as Sqlops;

const connection = parsed(
  'connection',
  (name, env): Connection => {
    const found = own(env).connection(name);
    if (found === undefined) throw new ArgumentError(`invalid connection [${name}]`);
    return found;
  },
  'name of a `sqlcon`',
);

const result = parsed(
  'result',
  (name, env): string => {
    if (!own(env).declareResult(name)) throw new ArgumentError(`invalid result [${name}]: too many results`);
    return name;
  },
  'name of a result',
);

type WritablePv = BoundPv & Required<Pick<BoundPv, 'write'>>;

const variables = parsed(
  'variables',
  (list, env): readonly WritablePv[] =>
    splitList(list).map((word, i) => {
      const pv = env.pv(word);
      if (pv.write === undefined) throw new ArgumentError(`result variable [${i + 1}] is read-only`);
      return pv as WritablePv;
    }),
  'variables that can be assigned, separated by commas: one per column',
);

/** The words between commas that are not inside parentheses. */
function splitList(list: string): string[] {
  const words: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= list.length; i++) {
    const c = list[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === undefined || (c === ',' && depth === 0)) {
      words.push(list.slice(from, i).trim());
      from = i + 1;
    }
  }
  return words.filter((word) => word !== '');
}

const sql = text('query', 'one statement in the database’s own SQL');

const ANSWERS = {
  '1': 'there are rows',
  '2': 'no rows',
  '-1': 'the query failed (logged)',
  '-2': 'no connection to the database (logged)',
};

/** Rows as values of an xavp, so that index 0 is the first row. Columns that are null are left out, and read as null. */
function pushRows(ctx: ScriptContext, name: string, { columns, rows }: Result): void {
  for (const row of rows.toReversed()) {
    const fields = new XavpList();
    for (let i = columns.length - 1; i >= 0; i--) {
      const value = row[i];
      if (value !== null && value !== undefined) fields.push(columns[i]!, value);
    }
    ctx.attrs.xavps.push(name, fields);
  }
}

/** Assigns each row's cells, the first row last; the return code. */
function assignRows(state: Sqlops, ctx: ScriptContext, pvs: readonly WritablePv[], { columns, rows }: Result): number {
  for (let r = rows.length - 1; r >= 0; r--) {
    for (const [i, column] of columns.entries()) {
      const pv = pvs[i];
      if (pv === undefined) {
        state.error(`Missing pv spec for column ${i + 1}`);
        return Code.FAILED;
      }
      const value = rows[r]![i] ?? null;
      // A null column leaves an AVP as it is: upstream's assignment does not take one away here.
      if (value === null && pv.name === 'avp') continue;
      if (pv.write(ctx, value)) continue;
      state.error(`Failed to convert value for column ${column} (row ${r})`);
      return Code.FAILED;
    }
  }
  return 1;
}

export const functions: Readonly<Record<string, FunctionDef<Sqlops> | readonly FunctionDef<Sqlops>[]>> = {
  sql_query: [
    fn(
      [connection, sql, result],
      {
        routes: ['ANY'],
        doc: 'Runs a query and keeps its rows for `$dbr(result=>…)`; without rows the result is empty.',
        example:
          'sql_query("db", "select name from users", "ra"); if ($dbr(ra=>rows) > 0) { xlog("$dbr(ra=>[0,0])\\n"); }',
        suspends: true,
        returns: ANSWERS,
      },
      (state) => async (ctx, db, query, name) => {
        const rows = await state.query(ctx, db, query);
        state.setResult(ctx, name, typeof rows === 'number' ? NO_RESULT : rows);
        return typeof rows === 'number' ? rows : 1;
      },
    ),
    fn(
      [connection, sql],
      {
        routes: ['ANY'],
        doc: 'Runs a query; rows are not kept.',
        example: 'sql_query("db", "delete from calls where id = $(rU{sql.val})");',
        suspends: true,
        returns: {
          '2': 'done, no rows',
          '3': 'done, and there were rows',
          '-1': ANSWERS['-1'],
          '-2': ANSWERS['-2'],
        },
      },
      (state) => async (ctx, db, query) => {
        const rows = await state.query(ctx, db, query);
        return typeof rows === 'number' ? rows : Code.IGNORED;
      },
    ),
  ],
  sql_query_async: fn(
    [connection, sql],
    {
      routes: ['ANY'],
      doc: 'Runs a query without waiting for it. Queries on a connection run in their order; what fails is logged.',
      example: 'sql_query_async("db", "insert into calls (id) values ($(ci{sql.val}))");',
      returns: { '1': 'on its way' },
    },
    (state) => (_ctx, db, query) => {
      state.queryLater(db, query);
      return 1;
    },
  ),
  sql_xquery: fn(
    [connection, sql, text('xavp', 'name of an xavp')],
    {
      routes: ['ANY'],
      doc: 'Runs a query and puts its rows on top of an xavp: `$xavp(x[row]=>column)`.',
      example:
        'sql_xquery("db", "select name from users", "row"); if ($xavp(row=>name) != $null) { xlog("$xavp(row=>name)\\n"); }',
      suspends: true,
      returns: ANSWERS,
    },
    (state) => async (ctx, db, query, name) => {
      const rows = await state.query(ctx, db, query);
      if (typeof rows === 'number') return rows;
      pushRows(ctx, name, rows);
      return 1;
    },
  ),
  sql_pvquery: fn(
    [connection, sql, variables],
    {
      routes: ['ANY'],
      doc: 'Runs a query and assigns its columns to variables. Each row is assigned, the first one last.',
      example: 'sql_pvquery("db", "select name, age from users", "$var(name), $var(age)");',
      suspends: true,
      returns: { ...ANSWERS, '-1': 'the query failed, or a column could not be assigned (logged)' },
    },
    (state) => async (ctx, db, query, pvs) => {
      const rows = await state.query(ctx, db, query);
      return typeof rows === 'number' ? rows : assignRows(state, ctx, pvs, rows);
    },
  ),
  sql_result_free: fn(
    [result],
    {
      routes: ['ANY'],
      doc: 'Lets the rows of a result go.',
      example: 'sql_result_free("ra");',
      returns: { '1': 'always' },
    },
    (state) => (ctx, name) => {
      state.setResult(ctx, name, NO_RESULT);
      return 1;
    },
  ),
};
