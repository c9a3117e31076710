import type { TokenType } from 'chevrotain';
import { preprocess } from '../../../grammar/preprocess.js';
import * as T from '../../../grammar/tokens.js';
import type { Random } from '../random.js';

/** A token of a config's own text; what comes out of defines, and what does not count, is left out. */
export interface Spot {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  readonly line: number;
  /** Braces and parentheses open around it. */
  readonly depth: number;
  readonly parens: number;
  /** The word that begins the route block it is in. */
  readonly block: string;
  readonly at: number;
}

/** A broken config: its text and the line where it is broken. */
export interface Broken {
  readonly text: string;
  /** Any of them will do: a brace that is missing is so where its block begins and where it should have ended. */
  readonly lines: readonly number[];
}

const ROUTES: ReadonlySet<TokenType> = new Set([
  ...[T.Route, T.RequestRoute, T.ReplyRoute, T.OnreplyRoute, T.FailureRoute, T.BranchRoute, T.OnsendRoute],
  T.EventRoute,
]);

/** A valid config, taken apart to be broken. */
export class Draft {
  readonly spots: readonly Spot[];

  constructor(
    readonly name: string,
    readonly text: string,
    private readonly random: Random,
  ) {
    const { tokens } = preprocess({ file: name, text, read: () => null, env: {}, cwd: '' });
    let [depth, parens, block] = [0, 0, ''];
    const spots: Spot[] = [];
    for (const token of tokens) {
      if (token.tokenType === T.RBrace) depth--;
      if (token.tokenType === T.RParen) parens--;
      if (depth === 0 && parens === 0 && ROUTES.has(token.tokenType)) block = token.image;
      const [start, end] = [token.startOffset, token.endOffset! + 1];
      const { line } = token.source.position(start);
      const spot = {
        type: token.tokenType,
        text: token.image,
        start,
        end,
        line,
        depth,
        parens,
        block,
        at: spots.length,
      };
      if (token.define === undefined) spots.push(spot);
      if (token.tokenType === T.LBrace) depth++;
      if (token.tokenType === T.LParen) parens++;
    }
    this.spots = spots;
  }

  next(spot: Spot, n = 1): Spot | undefined {
    return this.spots[spot.at + n];
  }

  /** One of the spots that a test lets through; undefined when there is none. */
  pick(fits: (spot: Spot) => boolean): Spot | undefined {
    const fitting = this.spots.filter(fits);
    return fitting.length === 0 ? undefined : this.random.pick(fitting);
  }

  replace(spot: Spot, by: string, ...lines: number[]): Broken {
    return this.cut(spot.start, spot.end, by, ...(lines.length > 0 ? lines : [spot.line]));
  }

  cut(start: number, end: number, by: string, ...lines: number[]): Broken {
    return { text: this.text.slice(0, start) + by + this.text.slice(end), lines };
  }

  /** Calls of functions of modules: the name, its parenthesis, and the number of arguments. */
  call(fits: (name: string, count: number) => boolean): { name: Spot; open: Spot; close: Spot } | undefined {
    const name = this.pick((s) => {
      const found = this.#callAt(s);
      return found !== undefined && fits(s.text, found.count);
    });
    return name && { name, ...this.#callAt(name)! };
  }

  #callAt(name: Spot): { open: Spot; close: Spot; count: number } | undefined {
    const open = this.next(name);
    if (name.type !== T.Id || name.depth === 0 || open?.type !== T.LParen) return undefined;
    let commas = 0;
    let at: Spot | undefined = this.next(open);
    for (; at && !(at.type === T.RParen && at.parens === open.parens); at = this.next(at))
      if (at.type === T.Comma && at.parens === open.parens + 1) commas++;
    return at && { open, close: at, count: at.at === open.at + 1 ? 0 : commas + 1 };
  }

  /** Puts a statement where one can begin, in a block of one of some kinds. */
  statement(text: string, blocks?: readonly string[], deepest = 9): Broken | undefined {
    const before = this.pick((s) => {
      const last = this.spots[s.at - 1]?.type;
      const begins = last === T.LBrace || last === T.Semicolon || last === T.RBrace;
      const label = s.type === T.Case || s.type === T.Default;
      const open = s.depth > 0 && s.depth <= deepest && s.parens === 0 && s.type !== T.RBrace && s.type !== T.Else;
      return begins && !label && open && (blocks === undefined || blocks.includes(s.block));
    });
    return before && this.cut(before.start, before.start, `${text} `, before.line);
  }

  /** Puts lines before a route block; `line` tells which of them is wrong, from 0. */
  topLevel(text: string, line = 0): Broken | undefined {
    const before = this.pick((s) => s.depth === 0 && s.parens === 0 && ROUTES.has(s.type));
    return before && this.cut(before.start, before.start, `${text}\n`, before.line + line);
  }

  /** A word with a slip of the keyboard in it, that is no word of a list. */
  typo(word: string, known: (word: string) => boolean): string {
    for (;;) {
      const at = 1 + this.random.below(Math.max(1, word.length - 1));
      const [head, tail] = [word.slice(0, at), word.slice(at)];
      const slip = this.random.pick([
        head.slice(0, -1) + tail.slice(0, 1) + head.slice(-1) + tail.slice(1),
        head + tail.slice(1),
        `${head}${head.slice(-1)}${tail}`,
        `${head}q${tail}`,
      ]);
      if (slip !== word && /^[A-Za-z_]/.test(slip) && !known(slip)) return slip;
    }
  }

  one<X>(from: readonly X[]): X {
    return this.random.pick(from);
  }
}
