import { ArgumentError, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { Stored } from '../../script/attributes.js';
import { type AvpName, parseAvp } from './avp-name.js';
import { parseNames, type Target } from './db-arguments.js';
import { keepValues } from './in-database.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { digits, isIntegerName } from './values.js';

const { fn } = entriesOf<Avpops>();

/** Splits `something/flags`; refuses letters that are no flags. */
function splitFlags(text: string, flags: string): [what: string, flags: string] {
  const slash = text.indexOf('/');
  const letters = slash < 0 ? '' : text.slice(slash + 1).toLowerCase();
  for (const letter of letters) if (!flags.includes(letter)) throw new ArgumentError(`bad flag <${letter}>`);
  return [slash < 0 ? text : text.slice(0, slash), letters];
}

const avp = parsed('source', (text, env): AvpName => parseAvp(text, env).name, '`$avp(name)`');

const doomed = parsed(
  'avps',
  (text, env): { readonly avp: Target['avp']; readonly all: boolean } => {
    const [what, flags] = splitFlags(text, 'g');
    return { avp: parseNames(what, env), all: flags !== '' };
  },
  '`$avp(name)`, all its values with `/g`; or `s`, `i`, `*` for all with text names, integer names, or any',
);

const copyTo = parsed(
  'destination',
  (text, env): { readonly name: AvpName; readonly flags: string } => {
    const [what, flags] = splitFlags(text, 'gdns');
    return { name: parseAvp(what, env).name, flags };
  },
  '`$avp(name)`; flags behind a slash: `g` all values, `d` delete them from the source, `n` as integers, `s` as text',
);

interface Asked {
  readonly name: AvpName;
  readonly index: string;
  readonly flags: string;
}

const asked = parsed(
  'avp',
  (text, env): Asked => {
    const [what, flags] = splitFlags(text, 'ens');
    if (flags.includes('n') && flags.includes('s')) throw new ArgumentError('invalid flag combination <n> and <s>');
    const { name, index } = parseAvp(what, env);
    return { name, index, flags };
  },
  '`$avp(name)`; flags behind a slash: `e` it is empty or 0, `n` it is an integer, `s` it is text',
);

/** A value in another type; null when it cannot be (logged). */
function cast(state: Avpops, value: Stored, flags: string): Stored | null {
  if (typeof value === 'string' && flags.includes('n')) {
    const number = digits(value, state.is56);
    if (number === null) state.error('cannot convert str to int');
    return number;
  }
  return typeof value !== 'string' && flags.includes('s') ? `${value}` : value;
}

/** Whether a value is what the flags ask for. */
function answers(value: Stored, flags: string): boolean {
  const isText = typeof value === 'string';
  if ((flags.includes('s') && !isText) || (flags.includes('n') && isText)) return false;
  return !flags.includes('e') || value === '' || value === 0;
}

export const avpFunctions: Readonly<Record<string, FunctionDef<Avpops>>> = {
  avp_delete: fn(
    [doomed],
    {
      routes: ROUTES,
      literalOnly: true,
      doc: 'Removes the newest value of an AVP, all its values, or all AVPs of a kind.',
      example: 'avp_delete("$avp(x)/g");',
      returns: { '1': 'removed', '-1': 'there was none' },
    },
    () => (ctx, what) => {
      if ('name' in what.avp) {
        const name = what.avp.name(ctx);
        return (what.all ? ctx.attrs.clear(name) > 0 : ctx.attrs.pop(name)) ? 1 : -1;
      }
      const { kind } = what.avp;
      const names = [...ctx.attrs.avps.keys()].filter(
        (n) => kind === 'any' || (kind === 'integer') === isIntegerName(n),
      );
      for (const name of names) ctx.attrs.clear(name);
      return names.length > 0 ? 1 : -1;
    },
  ),
  avp_copy: fn(
    [avp, copyTo],
    {
      routes: ROUTES,
      literalOnly: true,
      doc: 'Copies or moves the newest value of an AVP to another, or all values (the newest then lies below the others).',
      example: 'avp_copy("$avp(x)", "$avp(y)/gd");',
      returns: { '1': 'copied', '-1': 'there was no value, or one is no integer' },
    },
    (state) =>
      (ctx, from, { name, flags }) => {
        const source = from(ctx);
        const destination = name(ctx);
        const values = ctx.attrs.all(source);
        const chosen = flags.includes('g') ? values : values.slice(0, 1);
        const added: Stored[] = [];
        let refused = false;
        for (const value of chosen) {
          const converted = cast(state, value, flags);
          refused = converted === null;
          if (converted === null) break;
          added.push(converted);
        }
        if (flags.includes('d')) keepValues(ctx.attrs, source, [...values.keys()].slice(added.length));
        for (const value of added) ctx.attrs.push(destination, value);
        return refused || added.length === 0 ? -1 : 1;
      },
  ),
  is_avp_set: fn(
    [asked],
    {
      routes: ROUTES,
      literalOnly: true,
      doc: 'Whether an AVP has a value (at the index, when there is one), and whether it is what the flags say.',
      example: 'if (is_avp_set("$avp(x)/s")) { xlog("$avp(x)\\n"); }',
      returns: { '1': 'yes', '-1': 'no' },
    },
    (state) =>
      (ctx, { name, index, flags }) => {
        const at = index === '' || index === '*' ? 0 : Number(state.host.bindEnv.format(index)(ctx));
        if (Number.isNaN(at)) return state.error('failed to get AVP index');
        const value = ctx.attrs.get(name(ctx), Math.max(0, at));
        return value !== null && answers(value, flags) ? 1 : -1;
      },
  ),
  avp_print: fn(
    [],
    {
      routes: ROUTES,
      doc: 'Writes all AVPs to the log, at level INFO.',
      example: 'avp_print();',
      returns: { '1': 'always' },
    },
    (state) => (ctx) => {
      for (const name of ctx.attrs.avps.keys()) {
        const shown = isIntegerName(name) ? `id=<${name.slice(2)}>` : `name=<${name}>`;
        for (const value of ctx.attrs.all(name)) {
          const text = typeof value === 'string' ? `val_str=<${value} / ${value.length}>` : `val_int=<${value}>`;
          state.host.log.info('avpops', `${shown} ${text}`);
        }
      }
      return 1;
    },
  ),
};
