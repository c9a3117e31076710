/** One transformation of a chain, `{class.op,param,…}`. */
export interface PvTransformation {
  readonly cls: string;
  /** Everything between the class and the first comma: `len`, `encode.hexa`. */
  readonly op: string;
  /** Parameters as written, split at commas outside of pseudo-variables; `{s.select,1,,}` has `1` and `,`. */
  readonly params: readonly string[];
  /** Offset of each parameter in the parsed text. */
  readonly paramOffsets: readonly number[];
  /** Everything after the first comma, for operations whose parameters are not split (`{re.subst,/a,b/c/}`). */
  readonly raw: string;
  readonly rawOffset: number;
  /** Offset of the `{`. */
  readonly offset: number;
}

/** A pseudo-variable, `$name`, `$name(inner)` or `$(name(inner)[index]{transformation}…)`. */
export interface PvNode {
  readonly name: string;
  /** The text between the parentheses after the name; null without them. */
  readonly inner: string | null;
  readonly innerOffset: number;
  /** `'all'` for `[*]`; otherwise a number or a pseudo-variable as written. */
  readonly index: 'all' | string | null;
  readonly indexOffset: number;
  readonly transformations: readonly PvTransformation[];
  /** As written, from `$` on. */
  readonly text: string;
  /** Offset of the `$` in the parsed text. */
  readonly offset: number;
}

/** What is wrong with a pseudo-variable or a format string, and where. */
export interface PvError {
  readonly error: { readonly offset: number; readonly message: string };
}

export type FormatPart = string | PvNode;

export const isPvError = (result: PvNode | readonly FormatPart[] | PvError): result is PvError => 'error' in result;

const fail = (offset: number, message: string): PvError => ({ error: { offset, message } });

const DOLLAR = 0x24;
const OPEN = 0x28;
const CLOSE = 0x29;
const OPEN_INDEX = 0x5b;
const OPEN_TRANSFORMATION = 0x7b;

/** Letters, digits, `_`, `.` and `?` may be in names of format strings; the scanner is stricter for script tokens. */
function isNameChar(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x5f ||
    c === 0x2e ||
    c === 0x3f
  );
}

/** Parses a text that is one pseudo-variable, such as a token of a script. `$$` has the name `$`. */
export function parsePv(text: string): PvNode | PvError {
  if (text.charCodeAt(0) !== DOLLAR) return fail(0, 'a pseudo-variable starts with `$`');
  const end = locate(text, 0);
  if (typeof end !== 'number') return end;
  if (end < text.length) return fail(end, `unexpected \`${text.charAt(end)}\` after the pseudo-variable`);
  return parseAt(text, 0, end);
}

/** Splits a format string into texts and pseudo-variables; `$$` becomes `$`. An empty string has no parts. */
export function parseFormat(text: string): readonly FormatPart[] | PvError {
  const parts: FormatPart[] = [];
  let literal = '';
  for (let at = 0; at < text.length; ) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) {
      literal += text.slice(at);
      break;
    }
    literal += text.slice(at, dollar);
    const end = locate(text, dollar);
    if (typeof end !== 'number') return end;
    const node = parseAt(text, dollar, end);
    if ('error' in node) return node;
    if (node.name === '$') literal += '$';
    else {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(node);
    }
    at = end;
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** The end of the pseudo-variable at `start`: where its parentheses balance, or its name ends. */
function locate(text: string, start: number): number | PvError {
  const next = text.charCodeAt(start + 1);
  if (next === DOLLAR) return start + 2;
  let i = start + 1;
  if (next !== OPEN) {
    while (isNameChar(text.charCodeAt(i))) i++;
    if (i === start + 1) return fail(start, 'a `$` without a name; write `$$` for a dollar sign');
    if (text.charCodeAt(i) !== OPEN) return i;
  }
  const close = matching(text, i, text.length, '(', ')');
  if (close === TOO_DEEP) return fail(i, `names nest deeper than ${MAX_DEPTH} levels`);
  return close === -1 ? fail(i, 'this parenthesis is not closed') : close + 1;
}

/** Names in names, and variables in parameters, are bound one inside the other. */
const MAX_DEPTH = 50;
const TOO_DEEP = -2;

/** The closing bracket for the opening one at `open`, -1 when there is none before `end`, -2 when they nest too deep. */
function matching(text: string, open: number, end: number, opening: string, closing: string): number {
  let nest = 0;
  for (let i = open; i < end; i++) {
    const c = text[i];
    if (c === opening) {
      if (++nest > MAX_DEPTH) return TOO_DEEP;
    } else if (c === closing && --nest === 0) return i;
  }
  return -1;
}

function parseAt(text: string, start: number, end: number): PvNode | PvError {
  const full = text.charCodeAt(start + 1) === OPEN;
  const nameAt = full ? start + 2 : start + 1;
  const written = text.slice(start, end);
  const bare = {
    inner: null,
    innerOffset: -1,
    index: null,
    indexOffset: -1,
    transformations: [],
    text: written,
    offset: start,
  };
  if (text.charCodeAt(nameAt) === DOLLAR) {
    const whole = full ? '$($)' : '$$';
    return written === whole ? { ...bare, name: '$' } : fail(nameAt, 'unexpected `$` in a name');
  }
  let i = nameAt;
  while (isNameChar(text.charCodeAt(i))) i++;
  const name = text.slice(nameAt, i);
  if (name === '') return fail(nameAt, 'the name of the pseudo-variable is missing');
  let inner: string | null = null;
  let innerOffset = -1;
  if (text.charCodeAt(i) === OPEN) {
    const close = matching(text, i, end, '(', ')');
    if (close < 0) return fail(i, 'this parenthesis is not closed');
    innerOffset = i + 1;
    inner = text.slice(innerOffset, close);
    if (inner === '') return fail(close, `\`${name}\` has an empty name in its parentheses`);
    i = close + 1;
  }
  if (!full) return { ...bare, name, inner, innerOffset };
  let index: string | null = null;
  let indexOffset = -1;
  if (text.charCodeAt(i) === OPEN_INDEX) {
    const close = matching(text, i, end, '[', ']');
    if (close < 0) return fail(i, 'this index is not closed');
    indexOffset = i + 1;
    index = text.slice(indexOffset, close);
    if (index === '') return fail(close, `\`${name}\` has an empty index`);
    if (index === '*') index = 'all';
    else if (index.charCodeAt(0) !== DOLLAR && !/^[-+]?\d+$/.test(index))
      return fail(indexOffset, `bad index \`${index}\``);
    i = close + 1;
  }
  const chain = transformations(text, i, end);
  if ('error' in chain) return chain;
  i = chain.after;
  if (text.charCodeAt(i) !== CLOSE || i !== end - 1)
    return fail(i, `unexpected \`${text.charAt(i)}\` in a pseudo-variable`);
  return { name, inner, innerOffset, index, indexOffset, transformations: chain.list, text: written, offset: start };
}

/** Blanks are allowed between the groups of a chain and after it, not before the first. */
function transformations(
  text: string,
  from: number,
  end: number,
): { list: PvTransformation[]; after: number } | PvError {
  const list: PvTransformation[] = [];
  let i = from;
  while (text.charCodeAt(i) === OPEN_TRANSFORMATION) {
    const close = matching(text, i, end, '{', '}');
    if (close < 0) return fail(i, 'this transformation is not closed');
    const parsed = transformation(text, i, close);
    if ('error' in parsed) return parsed;
    list.push(parsed);
    i = close + 1;
    while (' \t\n'.includes(text.charAt(i)) && i < end) i++;
  }
  return { list, after: i };
}

function transformation(text: string, open: number, close: number): PvTransformation | PvError {
  const body = text.slice(open + 1, close);
  const comma = body.indexOf(',');
  const head = comma === -1 ? body : body.slice(0, comma);
  const dot = head.indexOf('.');
  if (dot === -1) return fail(open + 1, `\`${head}\` is no transformation: write \`{class.operation}\``);
  const cls = head.slice(0, dot).trim();
  const op = head.slice(dot + 1).trim();
  if (cls === '' || op === '') return fail(open + 1, 'a transformation needs a class and an operation');
  const rawOffset = comma === -1 ? close : open + 1 + comma + 1;
  const raw = text.slice(rawOffset, close);
  const split = comma === -1 ? { params: [], offsets: [] } : parameters(text, rawOffset, close);
  if ('error' in split) return split;
  return { cls, op, params: split.params, paramOffsets: split.offsets, raw, rawOffset, offset: open };
}

function parameters(text: string, from: number, close: number): { params: string[]; offsets: number[] } | PvError {
  const params: string[] = [];
  const offsets: number[] = [];
  for (let i = from; ; ) {
    const start = i;
    let j = i;
    while (j < close && ' \t\n'.includes(text.charAt(j))) j++;
    if (text.charCodeAt(j) === DOLLAR && j < close - 1) {
      const end = locate(text.slice(0, close), j);
      if (typeof end !== 'number') return end;
      i = end;
      while (i < close && text[i] !== ',') i++;
    } else if (text[i] === ',' && i === close - 1) i++;
    else while (i < close && text[i] !== ',') i++;
    params.push(text.slice(start, i));
    offsets.push(start);
    if (i >= close) return { params, offsets };
    i++;
  }
}
