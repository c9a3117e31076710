import { ArgumentError, type BindEnv, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { parseSubst, type Subst } from '../../script/regex/subst.js';
import { isDefined, toText } from '../../script/value.js';
import { type AvpName, parseAvp } from './avp-name.js';
import { keepValues } from './in-database.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';

const { fn } = entriesOf<Avpops>();

interface Places {
  readonly source: AvpName;
  /** Null: the results replace what they were made from. */
  readonly destination: AvpName | null;
  readonly flags: string;
}

const places = parsed(
  'avps',
  (text, env): Places => {
    const [source = '', second, third = ''] = text.split('/');
    const hasDestination = second?.startsWith('$') ?? false;
    const flags = (hasDestination ? third : text.slice(source.length + 1)).toLowerCase();
    for (const letter of flags) if (!'gd'.includes(letter)) throw new ArgumentError(`bad flag <${letter}>`);
    return {
      source: parseAvp(source, env).name,
      destination: hasDestination && second !== undefined ? parseAvp(second, env).name : null,
      flags,
    };
  },
  '`$avp(name)`; another one for the results behind a slash; flags behind a slash: `g` all values, `d` delete the source’s',
);

const substitution = parsed(
  'substitution',
  (text, env): Subst => {
    const subst = parseSubst(text, env);
    if ('error' in subst) throw new ArgumentError(`bad subst re: ${text}: ${subst.error}`);
    return subst;
  },
  '`/pattern/replacement/flags`',
);

/** A substitution that is put together per call: a format, or a variable that holds one. */
const written = parsed(
  'substitution',
  (text, env): ((ctx: ScriptContext) => string | null) => {
    if (!isVariable(text, env)) return env.format(text);
    const pv = env.pv(text);
    return (ctx) => {
      const value = pv.read(ctx);
      return isDefined(value) ? evaluated(toText(value), env, ctx) : null;
    };
  },
  '`/pattern/replacement/flags` with variables in it, or a variable that holds it (variables in its value are read as well)',
);

/** A text with the variables in it read; as it is when it cannot be read that way. */
function evaluated(text: string, env: BindEnv, ctx: ScriptContext): string {
  if (!text.includes('$')) return text;
  try {
    return env.format(text)(ctx);
  } catch (error) {
    if (error instanceof ArgumentError) return text;
    throw error;
  }
}

function isVariable(text: string, env: BindEnv): boolean {
  if (!text.startsWith('$')) return false;
  try {
    env.pv(text);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

/** Applies a substitution to the newest text value that it fits, or to all of them. */
function substitute(ctx: ScriptContext, { source, destination, flags }: Places, subst: Subst): number {
  const name = source(ctx);
  const kept: number[] = [];
  const results: string[] = [];
  const all = flags.includes('g');
  const deletes = destination === null || flags.includes('d');
  for (const [i, value] of ctx.attrs.all(name).entries()) {
    const result = typeof value === 'string' && (all || results.length === 0) ? subst.apply(value, ctx) : null;
    if (result !== null) results.push(result);
    if (result === null || !deletes) kept.push(i);
  }
  if (results.length === 0) return -1;
  if (deletes) keepValues(ctx.attrs, name, kept);
  const target = destination === null ? name : destination(ctx);
  for (const result of results) ctx.attrs.push(target, result);
  return 1;
}

const RETURNS = { '1': 'replaced', '-1': 'nothing matched' };
/** Upstream's code of a substitution that is none. */
const BAD_EXPRESSION = -3;

export const substFunctions: Readonly<Record<string, FunctionDef<Avpops>>> = {
  avp_subst: fn(
    [places, substitution],
    {
      routes: ROUTES,
      literalOnly: true,
      doc: 'Replaces what an expression matches in text values of an AVP.',
      example: 'avp_subst("$avp(x)/$avp(y)/g", "/^sip:(.*)@.*$/\\1/");',
      returns: RETURNS,
    },
    () => (ctx, where, subst) => substitute(ctx, where, subst),
  ),
  avp_subst_pv: fn(
    [places, written],
    {
      routes: ROUTES,
      doc: 'As avp_subst, with an expression that variables give.',
      example: '$var(re) = "/^00/+/"; avp_subst_pv("$avp(x)", "$var(re)");',
      returns: { ...RETURNS, '-3': 'the expression is none (logged)' },
    },
    (state) => (ctx, where, expression) => {
      const text = expression(ctx);
      if (text === null) return state.error('error fetching subst re');
      const subst = state.subst(text);
      return subst === null ? BAD_EXPRESSION : substitute(ctx, where, subst);
    },
  ),
};
