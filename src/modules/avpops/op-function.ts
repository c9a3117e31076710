import { ArgumentError, parsed } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef } from '../../registry/module.js';
import type { Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import type { Int } from '../../script/int-math.js';
import { type AvpName, parseAvp } from './avp-name.js';
import { keepValues } from './in-database.js';
import { type Operand, type Operation, parseOperation } from './operand.js';
import { ROUTES } from './routes.js';
import type { Avpops } from './state.js';
import { operand } from './values.js';

const { fn } = entriesOf<Avpops>();

const WORDS = ['add', 'sub', 'mul', 'div', 'mod', 'and', 'or', 'xor', 'not'] as const;

const places = parsed(
  'avp',
  (text, env): { readonly source: AvpName; readonly destination: AvpName | null } => {
    const slash = text.indexOf('/');
    const destination = slash < 0 ? '' : text.slice(slash + 1);
    return {
      source: parseAvp(slash < 0 ? text : text.slice(0, slash), env).name,
      destination: destination === '' ? null : parseAvp(destination, env).name,
    };
  },
  '`$avp(name)`; another one for the results behind a slash',
);

const operation = parsed(
  'operation',
  (text, env): Operation => {
    const found = parseOperation(text, WORDS, 'gd', env);
    if (found.operand.kind === 'literal' && typeof found.operand.value === 'string') {
      throw new ArgumentError('value must be int');
    }
    return found;
  },
  `${WORDS.map((w) => `\`${w}\``).join(', ')}; a slash and \`i:5\` or a variable; flag \`d\` behind a slash: delete the source’s values`,
);

const isInteger = (value: Stored): value is Int => typeof value !== 'string';

/** The integers to compute with; null when there is none (logged). */
function integersOf(state: Avpops, ctx: ScriptContext, from: Operand): readonly Int[] | null {
  if (from.kind === 'avp') {
    const values = ctx.attrs.all(from.name(ctx)).filter(isInteger);
    return values.length > 0 ? values : null;
  }
  const value = from.kind === 'xavp' ? from.ref(ctx)?.[0] : from.kind === 'pv' ? operand(from.read(ctx)) : from.value;
  if (value !== undefined && isInteger(value)) return [value];
  state.error(value === undefined ? 'cannot get dst value' : 'dst value is str');
  return null;
}

function compute(state: Avpops, word: string, a: Int, b: Int): Int {
  const { math } = state;
  if ((word === 'div' || word === 'mod') && b === 0) {
    state.error(word === 'div' ? 'division by 0' : 'modulo by 0');
    return 0;
  }
  switch (word) {
    case 'add':
      return math.add(a, b);
    case 'sub':
      return math.subtract(a, b);
    case 'mul':
      return math.multiply(a, b);
    case 'div':
      return math.divide(a, b);
    case 'mod':
      return math.remainder(a, b);
    case 'and':
      return math.and(a, b);
    case 'or':
      return math.or(a, b);
    case 'xor':
      return math.xor(a, b);
    default:
      return math.invert(b);
  }
}

export const avpOp: FunctionDef<Avpops> = fn(
  [places, operation],
  {
    routes: ROUTES,
    literalOnly: true,
    doc: 'Computes with every integer value of an AVP and pushes the results. With several values on the right, each result is the left side of the next.',
    example: '$avp(n) = 5; avp_op("$avp(n)/$avp(m)", "add/i:2");',
    returns: { '1': 'done', '-1': 'there is no integer to compute with' },
  },
  (state) =>
    (ctx, { source, destination }, { word, operand: other, flags }) => {
      const name = source(ctx);
      const values = ctx.attrs.all(name);
      const integers = values.filter(isInteger);
      if (integers.length === 0 && (word !== 'not' || values.length === 0)) return -1;
      const results: Int[] = [];
      // Without an integer there is still the complement of the operand.
      for (let left of integers.length > 0 ? integers : [0]) {
        const others = integersOf(state, ctx, other);
        if (others === null) return -1;
        for (const right of others) {
          left = compute(state, word, left, right);
          results.push(left);
        }
      }
      if (flags.includes('d'))
        keepValues(
          ctx.attrs,
          name,
          [...values.keys()].filter((i) => !isInteger(values[i]!)),
        );
      const target = destination === null ? name : destination(ctx);
      for (const result of results) ctx.attrs.push(target, result);
      return 1;
    },
);
