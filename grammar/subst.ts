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
  let flags = 'm';
  let global = false;
  for (const flag of fields.flags) {
    if (flag === 'g') global = true;
    else if (flag === 'i') flags += 'i';
    else if (flag === 's') flags = `${flags.replace('m', '')}s`;
    else return `unknown flag \`${flag}\``;
  }
  const body = posixToJs(fields.pattern);
  if (body === null) return `bad regular expression \`${fields.pattern}\``;
  let regex: RegExp;
  try {
    regex = new RegExp(body, `g${flags}`);
  } catch {
    return `bad regular expression \`${fields.pattern}\``;
  }
  const pieces = replacementPieces(fields.replacement, lookup);
  const apply = (input: string): string => {
    let done = false;
    return input.replace(regex, (...match: string[]) => {
      if (done || match[0] === '') return match[0] ?? '';
      done = !global;
      return pieces.map((piece) => (typeof piece === 'string' ? piece : (match[piece] ?? ''))).join('');
    });
  };
  return { source: text, apply };
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

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\x00-\\x1f\\x7f',
  print: ' -~',
  graph: '!-~',
};

/** Translates a POSIX extended regular expression (with GNU's `\w`, `\<` and friends); null when it is none. */
function posixToJs(pattern: string): string | null {
  let out = '';
  let atom = -1;
  let quantified = false;
  const groups: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const start = out.length;
    if (c === '*' || c === '+' || c === '?' || (c === '{' && /^\{\d*,?\d*\}/.test(pattern.slice(i)))) {
      if (atom === -1) {
        if (c !== '*') return null;
        out += '\\*';
        atom = start;
        continue;
      }
      if (quantified) out = `${out.slice(0, atom)}(?:${out.slice(atom)})`;
      const text = c === '{' ? pattern.slice(i, pattern.indexOf('}', i) + 1) : c;
      out += text.startsWith('{,') ? `{0${text.slice(1)}` : text;
      i += text.length - 1;
      quantified = true;
      continue;
    }
    quantified = false;
    atom = start;
    if (c === '\\') {
      const next = pattern[++i];
      if (next === undefined) return null;
      if (next === '<') out += '\\b(?=\\w)';
      else if (next === '>') out += '\\b(?<=\\w)';
      else if (/[wWsSbB1-9]/.test(next)) out += `\\${next}`;
      else out += next.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    } else if (c === '[') {
      const set = bracket(pattern, i);
      if (!set) return null;
      out += set.js;
      i = set.end;
    } else if (c === '(') {
      groups.push(start);
      out += '(';
      atom = -1;
    } else if (c === ')') {
      const open = groups.pop();
      out += open === undefined ? '\\)' : ')';
      atom = open ?? start;
    } else if (c === '|') {
      out += '|';
      atom = -1;
    } else out += c === '{' || c === '}' || c === ']' || c === '/' ? `\\${c}` : c;
  }
  return groups.length > 0 ? null : out;
}

function bracket(pattern: string, open: number): { js: string; end: number } | null {
  let i = open + 1;
  let js = '[';
  if (pattern[i] === '^') {
    js += '^';
    i++;
  }
  for (let first = true; i < pattern.length; first = false, i++) {
    const c = pattern[i]!;
    if (c === ']' && !first) return { js: `${js}]`, end: i };
    if (c === '[' && pattern[i + 1] === ':') {
      const close = pattern.indexOf(':]', i);
      const chars = CLASSES[pattern.slice(i + 2, close)];
      if (close === -1 || chars === undefined) return null;
      js += chars;
      i = close + 1;
    } else js += /[\\[\]^]/.test(c) ? `\\${c}` : c;
  }
  return null;
}
