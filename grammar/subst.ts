import { compileRegex } from '../src/script/regex/index.js';

/** A parsed `/regex/replacement/flags`. */
export interface SubstRule {
  readonly source: string;
  apply(text: string): string;
}

/** Looks up a pseudo-variable used in a replacement; null when it has no value at parse time. */
export type ValueLookup = (pv: string) => string | null;

type Piece = string | number;

/** Splits at separators that have no backslash right before them. */
export function substFields(text: string): { pattern: string; replacement: string; flags: string } | string {
  const separator = text.charAt(0);
  if (text.length < 3) return 'the expression is too short';
  if (separator === '\\') return 'a backslash cannot be the separator';
  const first = findSeparator(text, separator, 1);
  if (first === -1) return 'no separator after the regular expression';
  const second = findSeparator(text, separator, first + 1);
  if (second === -1) return 'no separator after the replacement';
  return { pattern: text.slice(1, first), replacement: text.slice(first + 1, second), flags: text.slice(second + 1) };
}

function findSeparator(text: string, separator: string, from: number): number {
  for (let i = from; i < text.length; i++) if (text[i] === separator && text[i - 1] !== '\\') return i;
  return -1;
}

/** Parses a substitution; a string result says what is wrong with it. */
export function parseSubst(text: string, lookup: ValueLookup): SubstRule | string {
  const fields = substFields(text);
  if (typeof fields === 'string') return fields;
  let global = false;
  let ignoreCase = false;
  let newline = true;
  for (const flag of fields.flags) {
    if (flag === 'g') global = true;
    else if (flag === 'i') ignoreCase = true;
    else if (flag === 's') newline = false;
    else return `unknown flag \`${flag}\``;
  }
  const regex = compileRegex(fields.pattern, { ignoreCase, newline });
  if ('error' in regex) return `bad regular expression \`${fields.pattern}\``;
  const pieces = replacementPieces(fields.replacement, lookup);
  const missing = pieces.find((piece) => typeof piece === 'number' && piece > regex.groups);
  if (missing !== undefined) return `no group \\${missing} in \`${fields.pattern}\``;
  const apply = (input: string): string => {
    let out = '';
    let at = 0;
    for (let m = regex.exec(input, 0); m !== null; m = global ? regex.exec(input, at) : null) {
      const [start, end] = [m[0]!, m[1]!];
      // A pattern that matches nothing is taken for a mistake, as upstream does.
      if (start === end) return input;
      out += input.slice(at, start);
      for (const piece of pieces) out += typeof piece === 'string' ? piece : group(input, m, piece);
      at = end;
    }
    return out + input.slice(at);
  };
  return { source: text, apply };
}

function group(input: string, m: Int32Array, index: number): string {
  const start = m[2 * index]!;
  return start < 0 ? '' : input.slice(start, m[2 * index + 1]);
}

/** Replaces the pseudo-variables of a text by the values they have at parse time. */
export function expandValues(text: string, lookup: ValueLookup): string {
  return text.replace(PV, (pv) => (pv === '$$' ? '$' : (lookup(pv) ?? '')));
}

const PV = /\$\$|\$\([^()]*\([^()]*\)\)|\$[A-Za-z]\w*\([^()]*\)/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function replacementPieces(replacement: string, lookup: ValueLookup): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < replacement.length; i++) {
    const c = replacement[i]!;
    if (c === '\\' && i + 1 < replacement.length) {
      const next = replacement[++i]!;
      pieces.push(next >= '0' && next <= '9' ? Number(next) : (ESCAPES[next] ?? next));
    } else if (c === '$') {
      PV.lastIndex = i;
      const match = PV.exec(replacement);
      if (match?.index === i) {
        pieces.push(expandValues(match[0], lookup));
        i += match[0].length - 1;
      } else pieces.push(c);
    } else pieces.push(c);
  }
  return pieces;
}
