import type { ColumnType, DbValue, Rows } from '../../db/database.js';
import { optional, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { Attributes, Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { isDefined, toText } from '../../script/value.js';
import { parseUri } from '../../sip/uri.js';
import { type AvpName, parseAvpList } from './avp-name.js';
import type { Owner } from './avp-table.js';
import { type NameKind, needDatabase, type Source, source, type Target, target } from './db-arguments.js';
import { isStored, rememberStored } from './in-database.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { digits, isIntegerName } from './values.js';

const { fn } = entriesOf<Avpops>();

/** Bits of the type column. */
const INTEGER_VALUE = 1;
const INTEGER_NAME = 2;

/** Upstream's bound of names that variables give. */
const LONGEST_NAME = 63;

/** Whose AVPs a source means in this run; null when it does not say (logged). */
function ownerOf(state: Avpops, ctx: ScriptContext, { part, read }: Source): Owner | null {
  const value = read(ctx);
  const id = isDefined(value) ? toText(value) : '';
  if (id === '') {
    state.error('no value for first param');
    return null;
  }
  if (part === 'uuid') return { uuid: id };
  const uri = parseUri(id);
  if (uri === null) {
    state.error('failed to parse uri');
    return null;
  }
  if (uri.user === '' || uri.host === '') {
    state.error(`incomplete uri <${id}>`);
    return null;
  }
  if (part === 'domain') return { domain: uri.host };
  return part === 'uri' && state.params.use_domain !== 0 ? { user: uri.user, domain: uri.host } : { user: uri.user };
}

/** The name of the AVP that a call means in this run: null for all of a kind, undefined when it is unusable (logged). */
function nameOf(state: Avpops, ctx: ScriptContext, { avp }: Target): string | null | undefined {
  if ('kind' in avp) return null;
  const name = avp.name(ctx);
  if (name === '') {
    state.error('no value for p2');
    return undefined;
  }
  if (name.length > LONGEST_NAME && !isIntegerName(name)) {
    state.error(`name too long [${name.length}/${name.slice(0, 16)}...]`);
    return undefined;
  }
  return name;
}

/** A name as the table has it. */
const columnName = (name: string): string => (isIntegerName(name) ? name.slice(2) : name);

function isOfKind(kind: NameKind, integerName: boolean): boolean {
  return kind === 'any' || (kind === 'integer') === integerName;
}

/** The AVP of a row of the table; null when it is another kind of AVP, or unusable (logged). */
function avpOfRow(state: Avpops, row: readonly DbValue[], kind: NameKind): { name: string; value: Stored } | null {
  const [value, attribute, type] = row;
  if (value === null || attribute === null || type === null) {
    state.error('dbrow contains NULL fields');
    return null;
  }
  if (typeof value !== 'string' || typeof attribute !== 'string' || typeof type !== 'number') {
    state.error('wrong field types in dbrow');
    return null;
  }
  const integerName = (type & INTEGER_NAME) !== 0;
  if (!isOfKind(kind, integerName)) return null;
  const number = integerName ? digits(attribute, true) : null;
  if (integerName && number === null) {
    state.error(`name is not ID as flags say <${attribute}>`);
    return null;
  }
  const typed = typedValue(state, value, (type & INTEGER_VALUE) !== 0);
  return typed === null ? null : { name: number === null ? attribute : `i:${number}`, value: typed };
}

/** A value as integer or text; null when it is no integer (logged). */
function typedValue(state: Avpops, value: string, integer: boolean): Stored | null {
  if (!integer) return value;
  const negative = value.startsWith('-');
  const number = digits(negative ? value.slice(1) : value, state.is56);
  if (number !== null) return negative ? -number : number;
  state.error(`value is not int as flags say <${value}>`);
  return null;
}

/** The value of a row by a scheme; null when there is none of its type (logged). */
function valueByScheme(state: Avpops, value: DbValue | undefined, integers: boolean): Stored | null {
  if (typeof value === 'string') return typedValue(state, value, integers);
  if (typeof value === 'number') return integers ? value : `${value}`;
  state.error("empty or wrong type for 'value' using scheme");
  return null;
}

/** Puts what was found on AVPs; how many. */
function pushLoaded(
  state: Avpops,
  attrs: Attributes,
  found: Rows,
  name: string | null,
  { avp, scheme }: Target,
): number {
  const kind = 'kind' in avp ? avp.kind : isIntegerName(name!) ? 'integer' : 'text';
  let count = 0;
  for (const row of found.rows) {
    const value = scheme === null ? null : valueByScheme(state, row[0], scheme.integers);
    const one = scheme === null ? avpOfRow(state, row, kind) : value === null ? null : { name: name!, value };
    if (one === null) continue;
    const key = name ?? one.name;
    attrs.push(key, one.value);
    rememberStored(attrs, key, 0, one.value);
    count++;
  }
  return count;
}

/** A cell as AVPs take it; undefined when there is nothing to take. */
function cell(value: DbValue, type: ColumnType, is56: boolean): Stored | undefined {
  if (value === null || value === '' || type === 'double') return undefined;
  if (value instanceof Date) return Math.floor(value.getTime() / 1000);
  if (value instanceof Uint8Array) return value.length > 0 ? Buffer.from(value).toString('latin1') : undefined;
  if (typeof value === 'string') return value;
  return is56 ? Number(BigInt.asIntN(32, BigInt(value))) : value;
}

/** Puts each row's columns on AVPs, the first row on top. Columns beyond the named AVPs are left out. */
function pushRows(
  state: Avpops,
  ctx: ScriptContext,
  { columns, rows }: Rows,
  avps: readonly AvpName[] | undefined,
): void {
  const names = avps?.map((name) => name(ctx)) ?? columns.map((_, i) => `i:${i + 1}`);
  for (const row of rows.toReversed()) {
    for (const [i, name] of names.entries()) {
      const column = columns[i];
      const value = column === undefined ? undefined : cell(row[i] ?? null, column.type, state.is56);
      if (value !== undefined) ctx.attrs.push(name, value);
    }
  }
}

/** Stores the values of one AVP that are not in the database yet, the newest first; how many. */
async function storeAvp(
  state: Avpops,
  attrs: Attributes,
  owner: Owner,
  name: string,
  table: string | null,
): Promise<number> {
  let count = 0;
  for (const [i, value] of attrs.all(name).entries()) {
    if (isStored(attrs, name, i)) continue;
    const type = (typeof value === 'string' ? 0 : INTEGER_VALUE) | (isIntegerName(name) ? INTEGER_NAME : 0);
    const failed = await state.table!.store(owner, { name: columnName(name), value: `${value}`, type }, table);
    if (failed === undefined) {
      rememberStored(attrs, name, i, value);
      count++;
    } else state.error(`insert failed: ${failed}`);
  }
  return count;
}

const query = parsed(
  'query',
  (sql, env) => {
    needDatabase(env);
    return env.format(sql);
  },
  'one statement in the database’s own SQL',
);

const FAILS = 'nothing was found, the source does not say whose AVPs are meant, or the database failed (logged)';

export const dbFunctions: Readonly<Record<string, FunctionDef<Avpops> | readonly FunctionDef<Avpops>[]>> = {
  avp_db_load: fn(
    [source, target(true)],
    {
      routes: ROUTES,
      literalOnly: true,
      suspends: true,
      doc: 'Loads AVPs of a user, domain or id from the database.',
      example: 'if (avp_db_load("$fu", "$avp(forward)")) { $ru = $avp(forward); }',
      returns: { '1': 'at least one was loaded', '-1': FAILS },
    },
    (state) => async (ctx, from, to) => {
      const owner = ownerOf(state, ctx, from);
      const name = owner === null ? undefined : nameOf(state, ctx, to);
      if (owner === null || name === undefined) return -1;
      const found = await state.table!.load(owner, name === null ? null : columnName(name), to.table, to.scheme);
      if (typeof found === 'string') return state.error(`db_load failed: ${found}`);
      return pushLoaded(state, ctx.attrs, found, name, to) > 0 ? 1 : -1;
    },
  ),
  avp_db_store: fn(
    [source, target(false)],
    {
      routes: ROUTES,
      literalOnly: true,
      suspends: true,
      doc: 'Stores AVPs of a user, domain or id in the database: those values that did not come from there.',
      example: '$avp(forward) = "sip:carol@example.com"; avp_db_store("$fu", "$avp(forward)");',
      returns: { '1': 'at least one was stored', '-1': 'there was none to store, or the database failed (logged)' },
    },
    (state) => async (ctx, from, to) => {
      const owner = ownerOf(state, ctx, from);
      const name = owner === null ? undefined : nameOf(state, ctx, to);
      if (owner === null || name === undefined) return -1;
      const { avp } = to;
      const names =
        'kind' in avp ? [...ctx.attrs.avps.keys()].filter((n) => isOfKind(avp.kind, isIntegerName(n))) : [name!];
      let count = 0;
      for (const one of names) count += await storeAvp(state, ctx.attrs, owner, one, to.table);
      return count > 0 ? 1 : -1;
    },
  ),
  avp_db_delete: fn(
    [source, target(false)],
    {
      routes: ROUTES,
      literalOnly: true,
      suspends: true,
      doc: 'Deletes AVPs of a user, domain or id from the database.',
      example: 'avp_db_delete("$fu", "$avp(forward)");',
      returns: {
        '1': 'they are gone',
        '-1': 'the source does not say whose AVPs are meant, or the database failed (logged)',
      },
    },
    (state) => async (ctx, from, to) => {
      const owner = ownerOf(state, ctx, from);
      const name = owner === null ? undefined : nameOf(state, ctx, to);
      if (owner === null || name === undefined) return -1;
      const failed = await state.table!.delete(owner, name === null ? null : columnName(name), to.table);
      return failed === undefined ? 1 : state.error(`db_delete failed: ${failed}`);
    },
  ),
  avp_db_query: fn(
    [
      query,
      optional(
        parsed(
          'avps',
          (list, env) => parseAvpList(list, env),
          'AVPs for the columns, separated by semicolons; else `$avp(i:1)`, `$avp(i:2)`, …',
        ),
      ),
    ],
    {
      routes: ROUTES,
      literalOnly: true,
      suspends: true,
      doc:
        'Runs a query and pushes its columns on AVPs, the first row on top. What variables bring into it has to be escaped, ' +
        "as in `cast(x'$(rU{s.encode.hexa})' as text)`.",
      example: 'if (avp_db_query("select name, age from users", "$avp(name);$avp(age)")) { xlog("$avp(name)\\n"); }',
      returns: { '1': 'there are rows', '-1': 'the query failed (logged)', '-2': 'no rows' },
    },
    (state) => async (ctx, sql, avps) => {
      const statement = sql(ctx);
      if (statement === '') return state.error('cannot print the query');
      const rows = await state.table!.query(statement);
      if (typeof rows === 'string') return state.error(`cannot do the query: ${rows}`);
      if (rows.rows.length === 0 || rows.columns.length === 0) return -2;
      pushRows(state, ctx, rows, avps);
      return 1;
    },
  ),
};
