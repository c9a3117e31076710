/** A parsed POSIX extended regular expression. Bytes are latin1 characters. */
export type Node =
  | { readonly kind: 'empty' }
  /** One byte of a set: 256 entries, 1 for members. */
  | { readonly kind: 'set'; readonly set: Uint8Array }
  | { readonly kind: 'cat'; readonly items: readonly Node[] }
  | { readonly kind: 'alt'; readonly items: readonly Node[] }
  /** `max` -1: without bound. */
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number }
  /** A parenthesised group, numbered from 1. */
  | { readonly kind: 'group'; readonly index: number; readonly node: Node }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'backref'; readonly index: number };

/** What an assertion looks at: line ends, the text's ends, word borders. */
export type Assertion =
  | 'bol'
  | 'eol'
  | 'textStart'
  | 'textEnd'
  | 'wordBorder'
  | 'notWordBorder'
  | 'wordStart'
  | 'wordEnd';

export interface Flags {
  /** ASCII letters match in both cases. */
  readonly ignoreCase: boolean;
  /** Line breaks end lines for `^` and `$`, and neither `.` nor `[^…]` matches one. */
  readonly newline: boolean;
}

export interface Parsed {
  readonly root: Node;
  readonly groups: number;
  readonly hasBackrefs: boolean;
}

/** Upstream's messages, which are those of glibc's regerror. */
export const Problem = {
  BADPAT: 'Invalid regular expression',
  ECOLLATE: 'Invalid collation character',
  ECTYPE: 'Invalid character class name',
  EESCAPE: 'Trailing backslash',
  ESUBREG: 'Invalid back reference',
  EBRACK: 'Unmatched [, [^, [:, [., or [=',
  EPAREN: 'Unmatched ( or \\(',
  EBRACE: 'Unmatched \\{',
  BADBR: 'Invalid content of \\{\\}',
  ERANGE: 'Invalid range end',
  BADRPT: 'Invalid preceding regular expression',
  ESIZE: 'Regular expression too big',
} as const;

/** Thrown inside the parser only. */
class PatternError extends Error {}

/** Most repetitions an interval may ask for. */
const MOST_REPEATS = 0x7fff;
/** Deepest nesting of groups. */
const DEEPEST = 250;

const EMPTY: Node = { kind: 'empty' };

const CLASSES: Readonly<Record<string, (c: number) => boolean>> = {
  alpha: (c) => (c >= 65 && c <= 90) || (c >= 97 && c <= 122),
  digit: (c) => c >= 48 && c <= 57,
  alnum: (c) => isWord(c) && c !== 95,
  upper: (c) => c >= 65 && c <= 90,
  lower: (c) => c >= 97 && c <= 122,
  space: (c) => c === 32 || (c >= 9 && c <= 13),
  blank: (c) => c === 32 || c === 9,
  punct: (c) => c > 32 && c < 127 && !(isWord(c) && c !== 95),
  print: (c) => c >= 32 && c < 127,
  graph: (c) => c > 32 && c < 127,
  cntrl: (c) => c < 32 || c === 127,
  xdigit: (c) => (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102),
};

/** Letters, digits and `_`. */
export function isWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 95 || (c >= 97 && c <= 122);
}

function setOf(member: (c: number) => boolean): Uint8Array {
  const set = new Uint8Array(256);
  // NUL ends texts, so nothing matches it.
  for (let c = 1; c < 256; c++) if (member(c)) set[c] = 1;
  return set;
}

const upper = (c: number): number => (c >= 97 && c <= 122 ? c - 32 : c);

/** Parses a pattern; a message in glibc's words when it is malformed. */
export function parsePattern(source: string, flags: Flags): Parsed | { readonly error: string } {
  const nul = source.indexOf('\0');
  const parser = new Parser(nul < 0 ? source : source.slice(0, nul), flags);
  try {
    return parser.parse();
  } catch (error) {
    if (error instanceof PatternError) return { error: error.message };
    throw error;
  }
}

class Parser {
  #at = 0;
  #groups = 0;
  readonly #closed = new Set<number>();
  #hasBackrefs = false;

  constructor(
    private readonly text: string,
    private readonly flags: Flags,
  ) {}

  parse(): Parsed {
    const root = this.#alternatives(0);
    return { root, groups: this.#groups, hasBackrefs: this.#hasBackrefs };
  }

  #alternatives(depth: number): Node {
    if (depth > DEEPEST) throw new PatternError(Problem.ESIZE);
    const items = [this.#sequence(depth)];
    while (this.text[this.#at] === '|') {
      this.#at++;
      items.push(this.#sequence(depth));
    }
    return items.length === 1 ? items[0]! : { kind: 'alt', items };
  }

  #sequence(depth: number): Node {
    const items: Node[] = [];
    while (this.#at < this.text.length) {
      const c = this.text[this.#at]!;
      if (c === '|' || (c === ')' && depth > 0)) break;
      const atom = this.#atom(c, depth);
      // A repetition cannot follow an assertion: there it would start an expression of its own.
      items.push(atom.kind === 'assert' ? atom : this.#repeats(atom));
    }
    if (items.length === 0) return EMPTY;
    return items.length === 1 ? items[0]! : { kind: 'cat', items };
  }

  #atom(c: string, depth: number): Node {
    this.#at++;
    switch (c) {
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError(Problem.BADRPT);
      case '^':
        return { kind: 'assert', what: 'bol' };
      case '$':
        return { kind: 'assert', what: 'eol' };
      case '.':
        return { kind: 'set', set: setOf((b) => !(this.flags.newline && b === 10)) };
      case '[':
        return { kind: 'set', set: this.#bracket() };
      case '(': {
        const index = ++this.#groups;
        const node = this.#alternatives(depth + 1);
        if (this.text[this.#at] !== ')') throw new PatternError(Problem.EPAREN);
        this.#at++;
        this.#closed.add(index);
        return { kind: 'group', index, node };
      }
      case '\\':
        return this.#escape();
      default:
        return { kind: 'set', set: this.#single(c.charCodeAt(0)) };
    }
  }

  #repeats(atom: Node): Node {
    let node = atom;
    for (;;) {
      const c = this.text[this.#at];
      if (c === '*') node = { kind: 'repeat', node, min: 0, max: -1 };
      else if (c === '+') node = { kind: 'repeat', node, min: 1, max: -1 };
      else if (c === '?') node = { kind: 'repeat', node, min: 0, max: 1 };
      else if (c === '{') {
        const { min, max } = this.#interval();
        node = max === 0 ? { kind: 'repeat', node, min: 0, max: 0 } : { kind: 'repeat', node, min, max };
        continue;
      } else return node;
      this.#at++;
    }
  }

  #interval(): { min: number; max: number } {
    const m = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.text.slice(this.#at, this.#at + 64));
    if (m === null || (m[1] === '' && m[2] === undefined)) {
      throw new PatternError(this.text.includes('}', this.#at) ? Problem.BADBR : Problem.EBRACE);
    }
    this.#at += m[0].length;
    const min = m[1] === '' ? 0 : Number(m[1]);
    const max = m[2] === undefined ? min : m[3] === '' ? -1 : Number(m[3]);
    if (max !== -1 && min > max) throw new PatternError(Problem.BADBR);
    if (Math.max(min, max) > MOST_REPEATS) throw new PatternError(Problem.ESIZE);
    return { min, max };
  }

  #escape(): Node {
    const c = this.text[this.#at];
    if (c === undefined) throw new PatternError(Problem.EESCAPE);
    this.#at++;
    switch (c) {
      case 'w':
        return { kind: 'set', set: setOf(isWord) };
      case 'W':
        return { kind: 'set', set: setOf((b) => !isWord(b) && !(this.flags.newline && b === 10)) };
      case 's':
        return { kind: 'set', set: setOf(CLASSES.space!) };
      case 'S':
        return { kind: 'set', set: setOf((b) => !CLASSES.space!(b) && !(this.flags.newline && b === 10)) };
      case 'b':
        return { kind: 'assert', what: 'wordBorder' };
      case 'B':
        return { kind: 'assert', what: 'notWordBorder' };
      case '<':
        return { kind: 'assert', what: 'wordStart' };
      case '>':
        return { kind: 'assert', what: 'wordEnd' };
      case '`':
        return { kind: 'assert', what: 'textStart' };
      case "'":
        return { kind: 'assert', what: 'textEnd' };
      default:
        if (c >= '1' && c <= '9') {
          const index = Number(c);
          if (!this.#closed.has(index)) throw new PatternError(Problem.ESUBREG);
          this.#hasBackrefs = true;
          return { kind: 'backref', index };
        }
        return { kind: 'set', set: this.#single(c.charCodeAt(0)) };
    }
  }

  #single(c: number): Uint8Array {
    return this.flags.ignoreCase ? setOf((b) => upper(b) === upper(c)) : setOf((b) => b === c);
  }

  /** What stands between `[` and `]`. When case is ignored, pattern and text are compared in upper case, as glibc does. */
  #bracket(): Uint8Array {
    const fold = this.flags.ignoreCase ? upper : (c: number) => c;
    const members = new Uint8Array(256);
    const negated = this.text[this.#at] === '^';
    if (negated) this.#at++;
    for (let first = true; ; first = false) {
      const c = this.text[this.#at];
      if (c === undefined) throw new PatternError(Problem.EBRACK);
      if (c === ']' && !first) {
        this.#at++;
        break;
      }
      if (c === '-' && !first && this.text[this.#at + 1] !== ']') throw new PatternError(Problem.ERANGE);
      const start = this.#element(members);
      if (this.text[this.#at] !== '-') {
        if (start !== null) members[fold(start)] = 1;
        continue;
      }
      const next = this.text[this.#at + 1];
      if (next === undefined) throw new PatternError(Problem.EBRACK);
      if (next === ']') {
        if (start !== null) members[fold(start)] = 1;
        continue;
      }
      this.#at++;
      const end = this.#element(members);
      if (start === null || end === null || fold(start) > fold(end)) throw new PatternError(Problem.ERANGE);
      for (let b = fold(start); b <= fold(end); b++) members[b] = 1;
    }
    if (negated && this.flags.newline) members[10] = 1;
    return setOf((b) => (members[fold(b)] === 1) !== negated);
  }

  /** One element: its byte, or null for a class, whose members were added. */
  #element(members: Uint8Array): number | null {
    const c = this.text[this.#at]!;
    const kind = this.text[this.#at + 1];
    if (c === '[' && (kind === ':' || kind === '.' || kind === '=')) {
      const close = this.text.indexOf(`${kind}]`, this.#at + 2);
      if (close >= 0) {
        const name = this.text.slice(this.#at + 2, close);
        this.#at = close + 2;
        return this.#named(kind, name, members);
      }
      if (kind !== ':') throw new PatternError(Problem.EBRACK);
    }
    this.#at++;
    return c.charCodeAt(0);
  }

  #named(kind: string, name: string, members: Uint8Array): number | null {
    if (kind !== ':') {
      if (name.length !== 1) throw new PatternError(Problem.ECOLLATE);
      if (kind === '.') return name.charCodeAt(0);
      const c = name.charCodeAt(0);
      members[this.flags.ignoreCase ? upper(c) : c] = 1;
      return null;
    }
    const either = this.flags.ignoreCase && (name === 'upper' || name === 'lower');
    const member = Object.hasOwn(CLASSES, name) ? CLASSES[either ? 'alpha' : name] : undefined;
    if (member === undefined) throw new PatternError(Problem.ECTYPE);
    for (let b = 1; b < 256; b++) if (member(b)) members[b] = 1;
    return null;
  }
}
