import type { TokenType } from 'chevrotain';
import * as T from '../../grammar/tokens.js';
import type { RouteTable } from '../registry/arguments.js';
import { NAMED_BY_ARGUMENT, NAMED_BY_PARAM, NAMED_BY_PV, type NameKind, ROUTE_BY_ARGUMENT } from './namings.js';
import { type Piece, readPieces } from './pieces.js';
import type { ConfigText } from './text.js';

/** A name at a place: `start` and `end` are those of the name alone, in bytes. `word` may be a define, or nothing. */
export interface Occurrence {
  readonly kind: NameKind | 'word';
  readonly name: string;
  /** Of routes. */
  readonly table?: RouteTable;
  readonly start: number;
  readonly end: number;
  readonly defines: boolean;
}

export interface RouteOutline {
  readonly table: RouteTable;
  readonly word: string;
  /** '' for the unnamed kinds. */
  readonly name: string;
  readonly start: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** Behind the closing brace, or the end of the text. */
  end: number;
}

export interface DefineOutline {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly end: number;
}

export interface ModuleOutline {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What a file names and declares, read from its text alone. */
export interface FileOutline {
  readonly text: ConfigText;
  readonly pieces: readonly Piece[];
  readonly occurrences: readonly Occurrence[];
  readonly routes: readonly RouteOutline[];
  readonly defines: readonly DefineOutline[];
  readonly modules: readonly ModuleOutline[];
  readonly includes: readonly { readonly path: string; readonly start: number; readonly end: number }[];
}

/** Which arguments of a function are names of routes: index and table. */
export type RouteArguments = (name: string) => readonly { readonly arg: number; readonly table: RouteTable }[];

/** Reads a file's outline. Any text gives one. */
export function readOutline(path: string, text: ConfigText, routeArguments: RouteArguments): FileOutline {
  return new OutlineReader(path, text, routeArguments).read();
}

export const BLOCK_WORDS: ReadonlyMap<TokenType, { readonly word: string; readonly table: RouteTable }> = new Map([
  [T.RequestRoute, { word: 'request_route', table: 'main' as const }],
  [T.Route, { word: 'route', table: 'main' as const }],
  [T.ReplyRoute, { word: 'reply_route', table: 'onreply' as const }],
  [T.OnreplyRoute, { word: 'onreply_route', table: 'onreply' as const }],
  [T.FailureRoute, { word: 'failure_route', table: 'failure' as const }],
  [T.BranchRoute, { word: 'branch_route', table: 'branch' as const }],
  [T.OnsendRoute, { word: 'onsend_route', table: 'onsend' as const }],
  [T.EventRoute, { word: 'event_route', table: 'event' as const }],
]);

/** Longer argument lists are not looked through: nobody writes them, and nested ones cost the square. */
const MAX_ARGUMENT_PIECES = 200;
const PV_NAME = /\$\(?([A-Za-z_]\w*)\(\s*((?:[si]:)?[\w.-]+)/g;
const IDENTIFIER = /"(?:\\[\s\S]|[^"\\])*"|[A-Za-z_]\w*/g;

class OutlineReader {
  private readonly pieces: readonly Piece[];
  private readonly occurrences: Occurrence[] = [];
  private readonly routes: RouteOutline[] = [];
  private readonly defines: DefineOutline[] = [];
  private readonly modules: ModuleOutline[] = [];
  private readonly includes: { path: string; start: number; end: number }[] = [];

  constructor(
    path: string,
    private readonly text: ConfigText,
    private readonly routeArguments: RouteArguments,
  ) {
    this.pieces = readPieces(path, text.bytes);
  }

  read(): FileOutline {
    const { text, pieces, occurrences, routes, defines, modules, includes } = this;
    let depth = 0;
    for (const [n, piece] of pieces.entries()) {
      if (piece.kind === 'directive') this.directive(piece, pieces[n + 1]);
      else if (piece.kind === 'include') this.include(piece);
      else if (piece.kind === 'token') depth = this.token(n, piece.type!, depth);
    }
    return { text, pieces, occurrences, routes, defines, modules, includes };
  }

  private token(n: number, type: TokenType, depth: number): number {
    const piece = this.pieces[n]!;
    const next = this.pieces[n + 1]?.type;
    if (type === T.LBrace) return depth + 1;
    if (type === T.RBrace) {
      const last = this.routes.at(-1);
      if (depth <= 1 && last) last.end = piece.end;
      return Math.max(0, depth - 1);
    }
    if (type === T.Pv || type === T.StringLiteral) this.variables(piece.start, piece.end);
    if (BLOCK_WORDS.has(type) && depth === 0) this.block(n, type);
    else if (next === T.LParen) this.call(n);
    else if (type === T.Id) this.add('word', piece.start, piece.end, false);
    if (type === T.LoadModule && this.pieces[n + 1]) this.module(next === T.LParen ? n + 2 : n + 1);
    if (type === T.Flags) this.flags(n + 1);
    return depth;
  }

  private add(kind: Occurrence['kind'], start: number, end: number, defines: boolean, table?: RouteTable): void {
    this.occurrences.push({ kind, name: this.text.bytes.slice(start, end), table, start, end, defines });
  }

  /** `route[NAME] {`, `request_route {`. */
  private block(n: number, type: TokenType): void {
    const { pieces } = this;
    const { word, table } = BLOCK_WORDS.get(type)!;
    const { start, end: after } = pieces[n]!;
    const isUnnamed = pieces[n + 1]?.type === T.LBrace;
    if (!isUnnamed && pieces[n + 1]?.type !== T.LBracket) {
      if (pieces[n + 1]?.type === T.LParen) this.call(n);
      return;
    }
    let nameStart = start;
    let nameEnd = after;
    let name = '';
    if (!isUnnamed) {
      let close = n + 2;
      while (close < n + 12 && pieces[close] && pieces[close]!.type !== T.RBracket) close++;
      if (close === n + 2 || pieces[close]?.type !== T.RBracket) return;
      ({ start: nameStart, end: nameEnd } = this.unquoted(pieces[n + 2]!));
      if (close > n + 3) nameEnd = pieces[close - 1]!.end;
      name = this.text.bytes.slice(nameStart, nameEnd);
      this.add('route', nameStart, nameEnd, true, table);
    }
    this.routes.push({ table, word, name, start, nameStart, nameEnd, end: this.text.bytes.length });
  }

  private call(n: number): void {
    const { pieces, text } = this;
    const callee = pieces[n]!;
    const name = text.bytes.slice(callee.start, callee.end);
    if (callee.type === T.Id) this.add('word', callee.start, callee.end, false);
    if (callee.type === T.Route) this.named(this.argument(n + 1, 0), 'route', 'main');
    else if (callee.type === T.ModParam) this.modparam(n + 1);
    else {
      for (const { arg, table } of this.routeArguments(name)) this.named(this.argument(n + 1, arg), 'route', table);
      if (Object.hasOwn(ROUTE_BY_ARGUMENT, name))
        this.named(this.argument(n + 1, ROUTE_BY_ARGUMENT[name]!), 'route', 'main');
      else if (name === 'async' || name === 'launch')
        this.named(this.argument(n + 1, 1) ?? this.argument(n + 1, 0), 'route', 'main');
      const naming = Object.hasOwn(NAMED_BY_ARGUMENT, name) ? NAMED_BY_ARGUMENT[name] : undefined;
      if (naming) this.named(this.argument(n + 1, naming.arg), naming.kind);
    }
  }

  /** The only piece of an argument; undefined when it has several, or none. */
  private argument(open: number, index: number): Piece | undefined {
    const { pieces } = this;
    let nest = 0;
    let arg = 0;
    let found: Piece | undefined;
    for (let n = open; n < open + MAX_ARGUMENT_PIECES; n++) {
      const piece = pieces[n];
      if (!piece || piece.type === T.Semicolon || piece.type === T.LBrace) return undefined;
      if (piece.type === T.LParen) nest++;
      else if (piece.type === T.RParen) nest--;
      if (nest === 0 || (nest === 1 && piece.type === T.Comma)) {
        if (arg === index || nest === 0) return arg === index ? found : undefined;
        arg++;
      } else if (arg === index && !(nest === 1 && piece.type === T.LParen)) {
        if (found) return undefined;
        found = piece;
      }
    }
    return undefined;
  }

  private named(piece: Piece | undefined, kind: NameKind, table?: RouteTable): void {
    if (!piece || !NAME_TOKENS.has(piece.type!)) return;
    const { start, end } = this.unquoted(piece);
    const text = this.text.bytes.slice(start, end);
    // Tables and keys in one text: `name=>key`.
    const stop = kind === 'htable' ? text.indexOf('=>') : -1;
    if (text !== '' && !text.includes('$')) this.add(kind, start, stop > 0 ? start + stop : end, false, table);
  }

  private unquoted({ type, start, end }: Piece): { start: number; end: number } {
    if (type !== T.StringLiteral) return { start, end };
    const quote = this.text.bytes.charAt(start);
    return { start: start + 1, end: end > start + 1 && this.text.bytes.charAt(end - 1) === quote ? end - 1 : end };
  }

  private modparam(open: number): void {
    const [module, param, value] = [0, 1, 2].map((n) => this.argument(open, n));
    if (module?.type !== T.StringLiteral || param?.type !== T.StringLiteral || value?.type !== T.StringLiteral) return;
    const textOf = (piece: Piece): string => {
      const { start, end } = this.unquoted(piece);
      return this.text.bytes.slice(start, end);
    };
    for (const naming of NAMED_BY_PARAM) {
      if (naming.module !== textOf(module) || naming.param !== textOf(param)) continue;
      const match = naming.pattern.exec(textOf(value));
      if (!match) continue;
      const [from] = match.indices![1]!;
      const start = value.start + 1 + from;
      this.add(naming.kind, start, start + match[1]!.length, naming.defines, naming.table);
    }
  }

  /** Names in the pseudo-variables of a text. */
  private variables(start: number, end: number): void {
    const text = this.text.bytes.slice(start, end);
    if (!text.includes('(')) return;
    for (const m of text.matchAll(PV_NAME)) {
      const kind = Object.hasOwn(NAMED_BY_PV, m[1]!) ? NAMED_BY_PV[m[1]!] : undefined;
      if (kind === undefined) continue;
      const prefix = kind === 'avp' ? (/^[si]:/.exec(m[2]!)?.[0].length ?? 0) : 0;
      const after = start + m.index + m[0].length;
      this.add(kind, after - m[2]!.length + prefix, after, false);
    }
  }

  private module(n: number): void {
    const piece = this.pieces[n];
    if (piece?.type !== T.StringLiteral) return;
    const { start, end } = this.unquoted(piece);
    const path = this.text.bytes.slice(start, end);
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.so$/, '');
    this.modules.push({ name, start, end });
  }

  private flags(from: number): void {
    for (let n = from; ; n++) {
      const piece = this.pieces[n];
      if (piece?.type === T.Id) this.add('flag', piece.start, piece.end, true);
      else if (piece?.type !== T.Colon && piece?.type !== T.NumberLiteral && piece?.type !== T.Comma) return;
      // A name without a comma before it begins something else.
      if (piece.type === T.Id || piece.type === T.NumberLiteral) {
        const next = this.pieces[n + 1]?.type;
        if (next !== T.Comma && next !== T.Colon) return;
      }
    }
  }

  private directive(piece: Piece, next: Piece | undefined): void {
    const { start, end, word = '' } = piece;
    const { bytes } = this.text;
    const after = start + 2 + word.length;
    if (word === 'include_file' || word === 'import_file') this.includedFile(after, end, start);
    else if (word.startsWith('substdef') && next?.type === T.StringLiteral) this.substdef(next, start);
    else if (/^(?:try|re)?def/.test(word)) this.define(after, piece);
    else if (/^(?:ifn?def|(?:try)?undef)/.test(word)) this.defineName(after, end, false);
    else if (word === 'ifexp') this.words(after, bytes.slice(after, end));
  }

  private defineName(after: number, end: number, defines: boolean): { start: number; end: number } | undefined {
    const match = /^[ \t]*([A-Za-z_]\w*)/.exec(this.text.bytes.slice(after, end));
    if (!match) return undefined;
    const start = after + match[0].length - match[1]!.length;
    this.add('define', start, start + match[1]!.length, defines);
    return { start, end: start + match[1]!.length };
  }

  private define(after: number, { start, end }: Piece): void {
    const name = this.defineName(after, end, true);
    if (!name) return;
    const { bytes } = this.text;
    const value = bytes.slice(name.end, end);
    this.words(name.end, value);
    this.variables(name.end, end);
    for (const m of value.matchAll(/\broute\(\s*"?(\w+)"?\s*\)/g)) {
      const at = name.end + m.index + m[0].indexOf(m[1]!, 6);
      this.add('route', at, at + m[1]!.length, false, 'main');
    }
    const text = bytes.slice(name.start, name.end);
    this.defines.push({ name: text, value: value.trim(), start, nameStart: name.start, nameEnd: name.end, end });
  }

  /** `"!NAME!value!g"`. */
  private substdef({ start, end }: Piece, from: number): void {
    const text = this.text.bytes.slice(start + 1, end - 1);
    const [, name, value] = text.split(text.charAt(0));
    if (!name || !/^[A-Za-z_]\w*$/.test(name)) return;
    const at = start + 2;
    this.add('define', at, at + name.length, true);
    this.defines.push({ name, value: value ?? '', start: from, nameStart: at, nameEnd: at + name.length, end });
  }

  private words(from: number, text: string): void {
    for (const m of text.matchAll(IDENTIFIER)) {
      // Not what `$name(…)` encloses.
      if (m[0].startsWith('"') || /\$\(?\w*\(?$/.test(text.slice(Math.max(0, m.index - 40), m.index))) continue;
      this.add('word', from + m.index, from + m.index + m[0].length, false);
    }
  }

  private include({ start, end }: Piece): void {
    this.includedFile(start + 'include_file'.length, end, start);
  }

  private includedFile(after: number, end: number, from: number): void {
    const match = /"([^"]+)"?/.exec(this.text.bytes.slice(after, end));
    if (match) this.includes.push({ path: match[1]!, start: from, end });
  }
}

const NAME_TOKENS: ReadonlySet<TokenType> = new Set([T.StringLiteral, T.Id, T.NumberLiteral]);
