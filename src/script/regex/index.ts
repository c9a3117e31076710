import type { Regex } from '../../registry/arguments.js';
import { Backtracker } from './backtrack.js';
import { Dfa } from './dfa.js';
import { GroupFinder } from './groups.js';
import { assemble, type Program, TOO_LARGE } from './program.js';
import { Simulator } from './simulate.js';
import { type Node, parsePattern } from './syntax.js';

/** How a pattern is read. */
export interface RegexFlags {
  /** ASCII letters match in both cases (`REG_ICASE`). */
  readonly ignoreCase?: boolean;
  /** Line breaks end lines (`REG_NEWLINE`). */
  readonly newline?: boolean;
}

/** Why a pattern was refused, in glibc's words. */
export interface RegexError {
  readonly error: string;
}

/**
 * Compiles a POSIX extended regular expression as glibc's regcomp reads it: leftmost-longest, `\w \W \s \S \b \B \< \>`,
 * back-references, bytes rather than characters. Texts end at a NUL. Time is bounded: proportional to the text for
 * `test`, at most quadratic in it for groups, and by a number of steps where there are back-references.
 */
export function compileRegex(source: string, flags: RegexFlags = {}): CompiledRegex | RegexError {
  const ignoreCase = flags.ignoreCase ?? false;
  const newline = flags.newline ?? false;
  const parsed = parsePattern(source, { ignoreCase, newline });
  if ('error' in parsed) return parsed;
  const { root, groups } = parsed;
  const program = assemble(root);
  if (program === null) return { error: TOO_LARGE };
  if (parsed.hasBackrefs) return new BackrefRegex(source, groups, new Backtracker(root, groups, ignoreCase, newline));
  const literal = newline ? null : literalOf(root);
  if (literal !== null && groups === 0) return new LiteralRegex(source, literal);
  return new AutomatonRegex(source, groups, root, program, newline);
}

/** A regular expression ready to match. */
export interface CompiledRegex extends Regex {
  /** Number of parenthesised groups. */
  readonly groups: number;
}

function endOf(text: string): number {
  const nul = text.indexOf('\0');
  return nul < 0 ? text.length : nul;
}

/** The usual case: an automaton to answer, a simulation to locate, and a walk over the tree to find groups. */
class AutomatonRegex implements CompiledRegex {
  readonly #dfa: Dfa;
  #simulator: Simulator | undefined;
  #finder: GroupFinder | undefined;

  constructor(
    readonly source: string,
    readonly groups: number,
    private readonly root: Node,
    private readonly program: Program,
    private readonly newline: boolean,
  ) {
    this.#dfa = new Dfa(program, newline);
  }

  test(text: string): boolean {
    return this.#dfa.test(text);
  }

  exec(text: string, from = 0): Int32Array | null {
    const end = endOf(text);
    if (from > end || (from === 0 && !this.#dfa.test(text))) return null;
    this.#simulator ??= new Simulator(this.program, this.newline);
    const span = this.#simulator.leftmostLongest(text, from, end);
    if (span === null) return null;
    const offsets = new Int32Array((this.groups + 1) * 2).fill(-1);
    offsets[0] = span[0];
    offsets[1] = span[1];
    if (this.groups > 0) {
      this.#finder ??= new GroupFinder(this.root, this.newline);
      this.#finder.fill(text, end, span[0], span[1], offsets);
    }
    return offsets;
  }
}

/** A pattern of plain characters, perhaps tied to the text's start or end. */
class LiteralRegex implements CompiledRegex {
  readonly groups = 0;

  constructor(
    readonly source: string,
    private readonly literal: Literal,
  ) {}

  test(text: string): boolean {
    const { word, start, end } = this.literal;
    if (start) return end ? text === word || text.startsWith(`${word}\0`) : text.startsWith(word);
    if (!end && !text.includes('\0')) return text.includes(word);
    return this.exec(text) !== null;
  }

  exec(text: string, from = 0): Int32Array | null {
    const { word, start, end } = this.literal;
    const stop = endOf(text);
    const last = stop - word.length;
    let at = start ? 0 : end ? last : text.indexOf(word, from);
    if (start && end && last !== 0) at = -1;
    if (at < from || at > last || !text.startsWith(word, at)) return null;
    return Int32Array.of(at, at + word.length);
  }
}

class BackrefRegex implements CompiledRegex {
  constructor(
    readonly source: string,
    readonly groups: number,
    private readonly matcher: Backtracker,
  ) {}

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  exec(text: string, from = 0): Int32Array | null {
    return this.matcher.exec(text, from, endOf(text));
  }
}

interface Literal {
  readonly word: string;
  readonly start: boolean;
  readonly end: boolean;
}

/** The characters of a tree that holds nothing else but `^` in front and `$` behind; null for any other. */
function literalOf(root: Node): Literal | null {
  const items = root.kind === 'cat' ? [...root.items] : [root];
  const start = isAssertion(items[0], 'bol');
  if (start) items.shift();
  const end = isAssertion(items[items.length - 1], 'eol');
  if (end) items.pop();
  let word = '';
  for (const item of items) {
    if (item.kind !== 'set') return null;
    const only = item.set.indexOf(1);
    if (only < 0 || item.set.indexOf(1, only + 1) >= 0) return null;
    word += String.fromCharCode(only);
  }
  return word === '' ? null : { word, start, end };
}

function isAssertion(node: Node | undefined, what: 'bol' | 'eol'): boolean {
  return node?.kind === 'assert' && node.what === what;
}
