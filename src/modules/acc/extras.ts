import type { BindEnv, BoundPv } from '../../registry/arguments.js';
import { ConfigError } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { isDefined, toText } from '../../script/value.js';

/** A value that records carry beside the usual ones. */
export interface Extra {
  readonly name: string;
  readonly pv: BoundPv;
}

/** An extra value as it was read; null when it was undefined. */
export type ExtraValue = string | null;

/** Parses `name=$pv;name=$pv`. Blanks around parts do not count. */
export function parseExtras(text: string | null, env: Pick<BindEnv, 'pv'>, param: string, most: number): Extra[] {
  if (text === null || text.trim() === '') return [];
  const extras = splitOutside(text, ';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const eq = part.indexOf('=');
      const name = part.slice(0, Math.max(0, eq)).trim();
      if (name === '') throw new ConfigError(`parse failed in <${text}> around <${part}>`, param);
      return { name, pv: env.pv(part.slice(eq + 1).trim()) };
    });
  if (extras.length > most) throw new ConfigError(`too many accounting extras in ${param} (most: ${most})`, param);
  return extras;
}

/** Splits at a separator that stands in no parentheses or braces, where variables have their own. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '(' || c === '{') depth++;
    else if (c === ')' || c === '}') depth--;
    else if (c === separator && depth <= 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

export function readExtras(extras: readonly Extra[], ctx: ScriptContext): ExtraValue[] {
  return extras.map(({ pv }) => {
    const value = pv.read(ctx);
    return isDefined(value) ? toText(value) : null;
  });
}

/** The values of every leg: AVPs hold one value per leg, in the order in which legs were added last to first. */
export function readLegs(legs: readonly Extra[], ctx: ScriptContext): ExtraValue[][] {
  const stacks = legs.map(({ pv }) => ctx.attrs.all(avpName(pv)).map((value) => `${value}`));
  // There is a first leg even when no AVP has a value.
  const count = Math.max(1, ...stacks.map((stack) => stack.length));
  return Array.from({ length: count }, (_, leg) => stacks.map((stack) => stack[leg] ?? null));
}

/** `$avp(x)`, `$avp(s:x)`, `$avp(i:5)`, as AVPs are kept. */
export function avpName(pv: BoundPv): string {
  return /^\$\(?avp\((?:s:)?(.*?)\)/.exec(pv.text)?.[1] ?? pv.text;
}
