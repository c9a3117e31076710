import { ArgumentError, type BindEnv, parsed } from '../../registry/arguments.js';
import type { ScriptContext } from '../../script/context.js';
import type { Value } from '../../script/value.js';
import { type AvpName, parseAvp } from './avp-name.js';
import type { Scheme } from './scheme.js';
import type { Avpops } from './state.js';

/** Which part of a source says whose AVPs are meant. */
type Part = 'uuid' | 'uri' | 'username' | 'domain';

/** The first argument of the database functions. */
export interface Source {
  readonly part: Part;
  read(ctx: ScriptContext): Value;
}

/** Names of AVPs that are meant together. */
export type NameKind = 'any' | 'text' | 'integer';

/** The second argument of the database functions. */
export interface Target {
  /** One AVP, or all whose names are of a kind. */
  readonly avp: { readonly name: AvpName } | { readonly kind: NameKind };
  /** Null: the table of the module. */
  readonly table: string | null;
  readonly scheme: Scheme | null;
}

const PARTS: readonly Part[] = ['domain', 'username', 'uri', 'uuid'];
/** Variables that hold a URI, and mean its user (and domain). */
const URIS = new Set(['ru', 'fu', 'from', 'tu', 'to', 'ou']);
const KINDS: Readonly<Record<string, NameKind>> = { s: 'text', i: 'integer', '*': 'any', a: 'any' };

const state = (env: BindEnv): Avpops => env.moduleState('avpops') as Avpops;

/** Refuses a database function in a config without database. */
export function needDatabase(env: BindEnv): void {
  if (state(env).table === null) {
    throw new ArgumentError('you have to configure a db_url for using avp_db_xxx functions');
  }
}

/** `$ru`, `$fu/domain`, `$avp(id)`, or an id; with the part of it that counts. */
export const source = parsed(
  'source',
  (text, env): Source => {
    needDatabase(env);
    const slash = text.indexOf('/');
    const written = slash < 0 ? text : text.slice(0, slash);
    const flag = slash < 0 ? null : text.slice(slash + 1).toLowerCase();
    const part = PARTS.find((p) => p === flag);
    if (flag !== null && part === undefined) throw new ArgumentError(`unknown flag <${text.slice(slash + 1)}>`);
    if (!written.startsWith('$')) return { part: part ?? 'uuid', read: () => written };
    const pv = env.pv(written);
    if (pv.name === 'null') throw new ArgumentError('bad param 1; expected : $pseudo-variable or int/str value');
    return { part: part ?? (URIS.has(pv.name) ? 'uri' : 'uuid'), read: (ctx) => pv.read(ctx) };
  },
  '`$ru`, `$fu`, `$tu`, `$ou`, whose user (and domain) AVPs belong to, `/username`, `/domain` or `/uri` behind it to choose; or an id, as text or variable',
);

/** `$avp(x)`, `s`, `i` or `*`, with a table or (where there can be one) `$scheme` behind a slash. */
export const target = (schemes: boolean) =>
  parsed(
    'avps',
    (text, env): Target => {
      const slash = text.indexOf('/');
      const avp = parseNames(slash < 0 ? text : text.slice(0, slash), env);
      if (slash < 0) return { avp, table: null, scheme: null };
      const place = text.slice(slash + 1);
      if (place === '' || place === '$') throw new ArgumentError('empty scheme/table name');
      if (!place.startsWith('$')) return { avp, table: place, scheme: null };
      if (!schemes) throw new ArgumentError("function doesn't support DB schemes");
      if ('kind' in avp) {
        throw new ArgumentError('inconsistent usage of DB scheme without complete specification of AVP name');
      }
      const scheme = state(env).scheme(place.slice(1));
      if (scheme === undefined) throw new ArgumentError(`scheme <${place.slice(1)}> not found`);
      return { avp, table: null, scheme };
    },
    `\`$avp(name)\`, or \`s\`, \`i\`, \`*\` for all with text names, integer names, or any; \`/table\`${schemes ? ' or `/$scheme`' : ''} behind it`,
  );

/** `$avp(name)`, `s`, `i`, `*`; digits behind a letter are flags of upstream's and mean nothing here. */
export function parseNames(text: string, env: BindEnv): Target['avp'] {
  if (text.startsWith('$')) return { name: parseAvp(text, env).name };
  const kind = KINDS[text.slice(0, 1).toLowerCase()];
  if (kind === undefined) throw new ArgumentError('bad param - expected : $avp(name), *, s or i AVP flag');
  if (!/^\d*$/.test(text.slice(1))) throw new ArgumentError('bad avp flags');
  return { kind };
}
