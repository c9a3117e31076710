import { optional, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { isDefined, toText } from '../../script/value.js';
import { parseUri } from '../../sip/uri.js';
import { parseAvpList } from './avp-name.js';
import type { Owner } from './avp-table.js';
import { needDatabase, type Source, source, type Target, target } from './db-arguments.js';
import { columnName, isOfKind, pushLoaded, pushRows, storeAvp } from './db-rows.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { isIntegerName } from './values.js';

const { fn } = entriesOf<Avpops>();

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
