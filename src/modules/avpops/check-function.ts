import { ArgumentError, parsed, type Regex } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { CHECKS, holds } from './check.js';
import { type Operand, type Operation, parseOperation, parseVariable } from './operand.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { operand } from './values.js';

const { fn } = entriesOf<Avpops>();

const checked = parsed('source', (text, env): Operand => parseVariable(text, env), 'a variable');

interface Check extends Operation {
  /** A regular expression that is written in the config. */
  readonly regex: Regex | null;
}

const check = parsed(
  'check',
  (text, env): Check => {
    const operation = parseOperation(text, CHECKS, 'gi', env);
    const { word, operand: other } = operation;
    if (word === 'fm' && other.kind === 'literal' && typeof other.value !== 'string') {
      throw new ArgumentError('fast_match operation requires string value or avp name/alias');
    }
    const fixed = word === 're' && other.kind === 'literal' ? `${other.value}` : null;
    return { ...operation, regex: fixed === null ? null : env.regex(fixed, { ignoreCase: true, newline: true }) };
  },
  '`eq`, `ne`, `lt`, `le`, `gt`, `ge`, `re` (regular expression), `fm` (pattern of file names), `and`, `or`, `xor`; a ' +
    'slash and what to compare with: a variable, `i:5`, `s:text` or text; flags behind a slash: `i` ignore case, `g` all values',
);

/** The values of an operand that may have several; null when there is none. */
function valuesOf(ctx: ScriptContext, from: Operand): readonly Stored[] | null {
  if (from.kind === 'literal') return [from.value];
  const values = from.kind === 'avp' ? ctx.attrs.all(from.name(ctx)) : from.kind === 'xavp' ? from.ref(ctx) : null;
  if (from.kind !== 'pv') return values === null || values.length === 0 ? null : values;
  const value = operand(from.read(ctx));
  return value === undefined ? null : [value];
}

export const avpCheck: FunctionDef<Avpops> = fn(
  [checked, check],
  {
    routes: ROUTES,
    literalOnly: true,
    doc: 'Whether a value stands in a relation to another. Of an AVP the newest value counts, all with flag `g`; of what it is compared with, any.',
    example: 'if (avp_check("$avp(x)", "eq/s:yes/i")) { xlog("yes\\n"); }',
    returns: { '1': 'it does', '-1': 'it does not, or there is no value' },
  },
  (state) => {
    const env = (regex: Regex | null) => ({
      regex: (source: string) => regex ?? state.regex(source),
      error: (text: string) => void state.error(text),
    });
    return (ctx, from, { word, operand: other, flags, regex }) => {
      const values = valuesOf(ctx, from);
      const others = values === null ? null : valuesOf(ctx, other);
      if (values === null || others === null) return -1;
      const several = from.kind === 'xavp' || flags.includes('g');
      const tools = env(regex);
      const matches = (value: Stored): boolean => others.some((o) => holds(word, value, o, flags.includes('i'), tools));
      return (several ? values : values.slice(0, 1)).some(matches) ? 1 : -1;
    };
  },
);
