import { ArgumentError, type BindEnv, type BoundPv } from '../../registry/arguments.js';
import type { Stored } from '../../script/attributes.js';
import type { ScriptContext } from '../../script/context.js';
import { type AvpName, isAvp, parseAvp } from './avp-name.js';
import { parseXavp, type XavpRef } from './xavp-ref.js';

/** What a value is compared or computed with. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: Stored }
  | { readonly kind: 'avp'; readonly name: AvpName }
  | { readonly kind: 'xavp'; readonly ref: XavpRef }
  | { readonly kind: 'pv'; readonly read: (ctx: ScriptContext) => ReturnType<BoundPv['read']> };

/** `operation/operand/flags` as `avp_check` and `avp_op` take it. */
export interface Operation {
  readonly word: string;
  readonly operand: Operand;
  readonly flags: string;
}

/** Splits and reads an operation. `words` are the operations there are, `flags` the letters that may follow. */
export function parseOperation(text: string, words: readonly string[], flags: string, env: BindEnv): Operation {
  const slash = text.indexOf('/');
  if (slash !== 2 && slash !== 3) throw new ArgumentError(`parse error in <${text}>`);
  const written = text.slice(0, slash).toLowerCase();
  const word = words.find((w) => written.startsWith(w));
  if (word === undefined) throw new ArgumentError(`unknown operation <${text.slice(0, 2)}>`);
  const rest = text.slice(slash + 1);
  const end = rest.indexOf('/');
  const value = end < 0 ? rest : rest.slice(0, end);
  const letters = end < 0 ? '' : rest.slice(end + 1).toLowerCase();
  if (value === '' || (end >= 0 && letters === '')) throw new ArgumentError(`parse error in <${text}>`);
  for (const letter of letters) if (!flags.includes(letter)) throw new ArgumentError(`unknown flag <${letter}>`);
  const operand = value.startsWith('$')
    ? parseVariable(value, env)
    : { kind: 'literal' as const, value: literal(value) };
  return { word, operand, flags: letters };
}

/** A variable as source or operand. */
export function parseVariable(text: string, env: BindEnv): Operand {
  if (text === '$null') throw new ArgumentError('bad param; expected : $pseudo-variable or int/str value');
  if (isAvp(text, env)) return { kind: 'avp', name: parseAvp(text, env).name };
  const xavp = parseXavp(text, env);
  if (xavp !== null) return { kind: 'xavp', ref: xavp };
  const pv = env.pv(text);
  return { kind: 'pv', read: (ctx) => pv.read(ctx) };
}

/** `i:5`, `i:0x1f`, `s:text`, or text. */
function literal(text: string): Stored {
  if (text[1] !== ':') return text;
  const type = text[0]!.toLowerCase();
  const value = text.slice(2);
  if (type !== 'i' && type !== 's') throw new ArgumentError(`unknown value type <${text[0]}>`);
  if (value === '') throw new ArgumentError(`parse error around <${text}>`);
  if (type === 's') return value;
  if (!/^(?:[+-]?\d+|0[xX][\da-fA-F]+)$/.test(value))
    throw new ArgumentError(`value is not int as type says <${value}>`);
  return Number(
    BigInt.asIntN(32, BigInt(value.replace(/^\+/, '').replace(/^-/, ''))) * (value.startsWith('-') ? -1n : 1n),
  );
}
