import { diagnose } from './codes.js';
import { type Branch, type ConditionKind, Conditions } from './conditions.js';
import { type Compat, type Define, Defines, predefined, type ValuePiece } from './defines.js';
import { evaluate, isTrue } from './ifexp.js';
import { type Comment, type Mode, Scanner } from './scanner.js';
import type { Diagnostic, Span } from './source.js';
import { expandValues, parseSubst, type SubstRule, substFields } from './subst.js';
import { SourceText } from './text.js';
import * as T from './tokens.js';

export interface PreprocessOptions {
  readonly file: string;
  /** The main file's text, latin1: a byte is a character. */
  readonly text: string;
  /** Text of another file, null when it cannot be read. Gets paths joined to `cwd`. */
  readonly read: (path: string) => string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Command line defines (`-A name=value`). */
  readonly defines?: ReadonlyMap<string, string | null>;
  /** Ids that the text does not get to define: its `#!define`s of them count for nothing. */
  readonly without?: ReadonlySet<string>;
  /** Command line substitutions: `--subst`, `--substdef`, `--substdefs`. */
  readonly substs?: readonly { readonly kind: 'subst' | 'substdef' | 'substdefs'; readonly text: string }[];
  /** Default '6.x'. */
  readonly compat?: Compat;
  /** Told of each `loadmodule`; true when it is loaded, which defines `MOD_name`. Default: every module loads. */
  readonly onLoadModule?: (name: string) => boolean;
}

export interface PreprocessResult {
  readonly tokens: readonly T.Token[];
  readonly diagnostics: readonly Diagnostic[];
  readonly comments: readonly Comment[];
  /** Every file that was read, the main file first. */
  readonly files: readonly string[];
  readonly defines: ReadonlyMap<string, string | null>;
  readonly substs: readonly SubstRule[];
  readonly mode: Mode;
  /** Where each file but the main one was included first. */
  readonly inclusions: ReadonlyMap<string, Span>;
  /** Every branch of a condition, counted or not. */
  readonly branches: readonly Branch[];
  /** End of the main file, for errors at the end. */
  readonly eof: T.Token;
}

const MAX_INCLUDE_DEPTH = 10;
const MAX_INCLUSIONS = 2_000;
/** Limits for expansions of defines in one config; the stock config makes about a hundred. */
const MAX_EXPANSIONS = 100_000;
const MAX_EXPANDED_TEXT = 8_000_000;

/** Runs the lexer with everything upstream does inside it: defines, conditions, substitutions, inclusions. */
export function preprocess(options: PreprocessOptions): PreprocessResult {
  return new Preprocessor(options).result();
}

type DirectiveHandler = (preprocessor: Preprocessor, word: string, start: number, after: number) => boolean;

class Preprocessor extends Scanner {
  private readonly options: PreprocessOptions;
  private readonly compat: Compat;
  private readonly defines = new Defines();
  private readonly conditions = new Conditions();
  private readonly substs: SubstRule[] = [];
  private readonly files: string[] = [];
  private readonly sources = new Map<string, SourceText>();
  private readonly includedAt = new Map<string, Span>();
  private inclusions = 0;
  private inclusionsEnded = false;
  private expansions = 0;
  private expanded = 0;
  private stopped = false;

  constructor(options: PreprocessOptions) {
    super(options.compat ?? '6.x');
    this.options = options;
    this.compat = options.compat ?? '6.x';
  }

  result(): PreprocessResult {
    const { options } = this;
    const source = new SourceText(options.file, options.text);
    this.files.push(options.file);
    this.enter(this.input.pushFile(source));
    for (const [name, value] of predefined(this.compat)) this.defines.set(name, value);
    for (const [name, value] of options.defines ?? []) this.defines.set(name, value);
    for (const { kind, text } of options.substs ?? []) this.addSubst(kind, text, 0, 0);
    this.run();
    for (const { kind, span } of this.conditions.unclosed()) this.unclosed(kind, span);
    return {
      tokens: this.tokens,
      diagnostics: this.diagnostics,
      comments: this.comments,
      files: this.files,
      defines: this.defines.snapshot(),
      substs: this.substs,
      mode: this.mode,
      inclusions: this.includedAt,
      branches: this.conditions.branches,
      eof: endOf(source),
    };
  }

  protected get skipping(): boolean {
    return this.conditions.skipping;
  }

  // --- defines -------------------------------------------------------------------------------------------------

  protected defined(name: string): Define | undefined {
    return this.defines.get(name);
  }

  protected expand(define: Define, start: number): void {
    const value = define.value ?? '';
    if (this.input.isExpanding(define)) {
      this.report('KTS0033', start, this.i - 1, define.name);
      this.stop();
      return;
    }
    this.expanded += value.length;
    if (++this.expansions > MAX_EXPANSIONS || this.expanded > MAX_EXPANDED_TEXT) {
      this.report('KTS0034', start, this.i - 1);
      this.stop();
      return;
    }
    if (value === '') return;
    this.enter(this.input.pushDefine(define, value, start, this.i));
  }

  /** Leaves everything that is being expanded: nothing good can follow. */
  private stop(): void {
    while (this.input.top.define) this.enter(this.input.pop(this.end)!);
    this.stopped = true;
  }

  private newDefine(kind: 'def' | 'try' | 're', name: string, start: number, after: number): boolean {
    if (this.options.without?.has(name)) return false;
    const known = this.defines.get(name);
    if (!known || kind === 're') return true;
    if (kind === 'def') {
      const related = known.at && [{ span: known.at, label: 'it is defined here' }];
      this.diagnostics.push(diagnose('KTS0030', this.input.span(start, after - 1), [name], related && { related }));
    }
    return false;
  }

  readonly define: DirectiveHandler = (_, word, start, after) => {
    const name = this.directiveName(word, start, after);
    if (!name) return true;
    const kind = word.startsWith('try') ? 'try' : word.startsWith('re') ? 're' : 'def';
    const { value, pieces } = this.valueToEndOfLine(name.after);
    const at = this.input.span(name.start, name.after - 1);
    if (!this.newDefine(kind, name.text, name.start, name.after)) return true;
    if (word !== 'defexp' && word !== 'defexps') {
      this.defines.set(name.text, value, pieces, at);
      return true;
    }
    const result = evaluate(value ?? '', this.defines);
    if ('error' in result) {
      this.report('KTS0036', name.start, this.i - 1, result.error);
      this.defines.set(name.text, null, [], at);
      return true;
    }
    const text = typeof result.value === 'number' ? String(Math.trunc(result.value)) : result.value;
    this.defines.set(name.text, word === 'defexps' ? `"${text}"` : text, [], at);
    return true;
  };

  readonly undefine: DirectiveHandler = (_, word, start, after) => {
    const name = this.directiveName(word, start, after);
    if (!name) return true;
    this.toEndOfLine(name.after);
    if (!this.defines.delete(name.text) && !word.startsWith('try'))
      this.report('KTS0037', name.start, name.after - 1, name.text);
    return true;
  };

  readonly defineFromEnvironment: DirectiveHandler = (_, word, start, after) => {
    const field = this.field(after);
    this.i = field.after;
    if (field.text === '') {
      this.report('KTS0032', start, after - 1, word);
      return true;
    }
    const equals = field.text.indexOf('=');
    const name = equals === -1 ? field.text : field.text.slice(0, equals);
    const variable = equals === -1 ? field.text : field.text.slice(equals + 1);
    const value = this.options.env[variable];
    if (value === undefined) {
      if (!word.startsWith('try')) this.report('KTS0035', field.start, field.after - 1, variable);
    } else if (this.newDefine('def', name, field.start, field.after)) {
      this.defines.set(name, word.endsWith('s') ? `"${value}"` : value);
    }
    return true;
  };

  /** The name after a directive; reports and ends the line when there is none. */
  private directiveName(
    word: string,
    start: number,
    after: number,
  ): { text: string; start: number; after: number } | undefined {
    const { s } = this;
    const from = skipBlanks(s, after);
    let i = from;
    while (/\w/.test(s.charAt(i))) i++;
    const text = s.slice(from, i);
    if (text === '' || /^[0-9]/.test(text)) {
      this.toEndOfLine(from);
      this.report('KTS0032', start, after - 1, word);
      return undefined;
    }
    if (s.charAt(i) === '-') {
      this.report('KTS0031', from, i, text);
      this.toEndOfLine(i);
      return undefined;
    }
    return { text, start: from, after: i };
  }

  /** The value of a define: the rest of the line verbatim, comments included; a backslash continues it. */
  private valueToEndOfLine(after: number): { value: string | null; pieces: ValuePiece[] } {
    const { s } = this;
    const pieces: ValuePiece[] = [];
    let i = skipBlanks(s, after);
    let value = '';
    for (let first = true; ; first = false) {
      const newline = s.indexOf('\n', i);
      const stop = newline === -1 ? s.length : newline;
      const last = s.charAt(stop - 1) === '\r' ? stop - 1 : stop;
      // A backslash that is the whole value is no continuation, upstream takes it for the value.
      const continues = newline !== -1 && s.charAt(last - 1) === '\\' && last - 1 >= i && !(first && last - 1 === i);
      const text = s.slice(i, continues ? last - 1 : last);
      if (text !== '') pieces.push(this.piece(value.length, i));
      value += text;
      this.i = Math.min(stop + 1, s.length);
      if (!continues)
        return { value: value === '' ? null : value, pieces: pieces.filter((piece) => piece.offset >= 0) };
      i = this.i;
    }
  }

  private piece(valueOffset: number, offset: number): ValuePiece {
    const { source, define } = this.input.top;
    return { valueOffset, source, offset: define ? -1 : offset };
  }

  // --- conditions ----------------------------------------------------------------------------------------------

  readonly condition: DirectiveHandler = (_, word, start, after) => {
    const span = this.input.span(start, after - 1);
    const kind = word as ConditionKind;
    if (kind === 'ifexp') {
      const newline = this.s.indexOf('\n', after);
      const stop = newline === -1 ? this.s.length : newline;
      this.i = Math.min(stop + 1, this.s.length);
      const result = evaluate(this.s.slice(after, stop), this.defines);
      if ('error' in result && !this.skipping) this.report('KTS0036', after, stop - 1, result.error);
      const on = this.s.slice(after, stop).trim();
      this.conditions.push(kind, 'value' in result && isTrue(result.value), span, on);
      return true;
    }
    const name = this.directiveName(word, start, after);
    if (name) {
      this.toEndOfLine(name.after);
      this.conditions.push(kind, this.defines.has(name.text) === (kind === 'ifdef'), span, name.text);
    } else this.conditions.push(kind, false, span, '');
    return true;
  };

  readonly otherwise: DirectiveHandler = (_, word, start, after) => {
    const stop = skipBlanks(this.s, after);
    if (this.s.charAt(stop) !== '\n') {
      if (!this.skipping) this.report('KTS0043', start, after - 1, word);
      return false;
    }
    this.i = stop + 1;
    if (word === 'else') {
      if (!this.conditions.toggle()) this.report('KTS0042', start, after - 1);
    } else if (!this.conditions.pop()) this.report('KTS0041', start, after - 1);
    return true;
  };

  private unclosed(kind: ConditionKind, span: Diagnostic['span']): void {
    this.diagnostics.push({
      code: 'KTS0040',
      severity: 'error',
      title: `#!${kind} without its #!endif`,
      span,
      notes: ['An #!endif needs a newline after it, even at the end of the file, and nothing else on its line.'],
    });
  }

  /** Goes on to the next condition directive in text that does not count. */
  protected skip(): void {
    CONDITION.lastIndex = this.i;
    const match = CONDITION.exec(this.s);
    if (!match || match.index >= this.end) {
      this.i = this.end;
      return;
    }
    const start = match.index;
    this.i = start + 2;
    this.runDirective(start, match[1]!);
  }

  // --- substitutions -------------------------------------------------------------------------------------------

  protected substituted(text: string): string {
    if (this.substs.length === 0 || text === '') return text;
    return this.substs.reduce((result, rule) => rule.apply(result), text);
  }

  private readonly lookup = (pv: string): string | null => {
    const match = /^\$\(?(\w+)\((.*?)\)+$/.exec(pv);
    if (!match) return null;
    if (match[1] === 'env' || match[1] === 'envn') return this.options.env[match[2]!] ?? null;
    if (match[1] === 'def' || match[1] === 'defn') return this.defines.get(match[2]!)?.value ?? null;
    return null;
  };

  private addSubst(kind: 'subst' | 'substdef' | 'substdefs', text: string, start: number, end: number): void {
    const rule = parseSubst(text, this.lookup);
    if (typeof rule === 'string') {
      this.report('KTS0060', start, end, rule);
      return;
    }
    this.substs.push(rule);
    const fields = substFields(text);
    if (kind === 'subst' || typeof fields === 'string') return;
    if (fields.pattern === '') {
      this.report('KTS0060', start, end, 'the name is missing');
      return;
    }
    const value = fields.replacement.includes('$') ? expandValues(fields.replacement, this.lookup) : fields.replacement;
    if (this.newDefine('def', fields.pattern, start, end + 1)) {
      this.defines.set(fields.pattern, kind === 'substdefs' ? `"${value}"` : value);
    }
  }

  readonly subst: DirectiveHandler = (_, word, start, after) => {
    this.i = after;
    this.push(T.Subst, start, word);
    return true;
  };

  // --- what tokens bring about ---------------------------------------------------------------------------------

  protected emitted(token: T.Token): void {
    const { tokens } = this;
    const before = tokens[tokens.length - 2];
    if (!before) return;
    const isString = token.tokenType === T.StringLiteral;
    if (before.tokenType === T.Subst && isString) {
      const start = token.define ? 0 : token.startOffset;
      this.addSubst(before.value as 'subst', String(token.value), start, this.i - 1);
    } else if (isLoad(before) && isString) this.loaded(String(token.value));
    else if (token.tokenType === T.RParen || token.tokenType === T.Comma) {
      const load = tokens[tokens.length - 4];
      const open = tokens[tokens.length - 3];
      if (load && isLoad(load) && open!.tokenType === T.LParen && before.tokenType === T.StringLiteral) {
        this.loaded(String(before.value));
      }
    }
  }

  private loaded(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.so$/, '');
    const id = `MOD_${name}`;
    if ((this.options.onLoadModule?.(name) ?? true) && !this.defines.has(id)) this.defines.set(id, null);
  }

  // --- inclusions ----------------------------------------------------------------------------------------------

  protected include(word: string, start: number): void {
    const field = this.field(this.i, true);
    this.i = field.after;
    const quoted = this.substituted(field.text);
    if (this.inclusionsEnded) return;
    const report = (code: 'KTS0050' | 'KTS0051' | 'KTS0052' | 'KTS0053', ...args: string[]): void =>
      this.report(code, field.text === '' ? start : field.start, field.after - 1, ...args);
    if (quoted.length < 3 || !quoted.startsWith('"') || !quoted.endsWith('"')) {
      report('KTS0051', quoted);
      return;
    }
    const name = quoted.slice(1, -1).replace(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n', r: '\r' })[c] ?? c);
    if (this.input.fileDepth > MAX_INCLUDE_DEPTH || this.inclusions++ >= MAX_INCLUSIONS) {
      // Files that include each other without end would go on: no further file is read.
      this.inclusionsEnded = true;
      if (this.input.fileDepth > MAX_INCLUDE_DEPTH) report('KTS0052', String(MAX_INCLUDE_DEPTH));
      else report('KTS0053');
      return;
    }
    const source = this.open(name);
    if (source) {
      const place = this.input.span(field.start, field.after - 1);
      if (source.file !== this.files[0] && !this.includedAt.has(source.file)) this.includedAt.set(source.file, place);
      this.input.top.resume = this.i;
      this.enter(this.input.pushFile(source));
    } else if (word === 'include_file') report('KTS0050', JSON.stringify(name));
  }

  readonly includeDirective: DirectiveHandler = (_, word, start, after) => {
    this.i = after;
    this.include(word, start);
    return true;
  };

  /** From the working directory first, then from the directory of the file being read. */
  private open(name: string): SourceText | undefined {
    const { file } = this.input.top.source;
    const slash = file.lastIndexOf('/');
    const candidates = name.startsWith('/') || slash === -1 ? [name] : [name, `${file.slice(0, slash)}/${name}`];
    for (const path of candidates) {
      const known = this.sources.get(path);
      if (known) return known;
      const { cwd } = this.options;
      const text = this.options.read(path.startsWith('/') || cwd === '' ? path : `${cwd}/${path}`);
      if (text === null) continue;
      const source = new SourceText(path, text);
      this.sources.set(path, source);
      this.files.push(path);
      return source;
    }
    return undefined;
  }

  // --- reading directives --------------------------------------------------------------------------------------

  protected directive(): boolean {
    const start = this.i;
    WORD.lastIndex = start + 2;
    const word = WORD.exec(this.s)?.[0];
    return word !== undefined && this.runDirective(start, word);
  }

  private runDirective(start: number, word: string): boolean {
    const entry = DIRECTIVES.get(word);
    if (!entry || this.stopped) return false;
    if (entry.since6 && this.compat === '5.6') return this.ignored(start);
    const after = start + 2 + word.length;
    const next = this.s.charAt(after);
    if (entry.blankAfter && !(next === ' ' || next === '\t')) return this.ignored(start);
    return entry.run(this)(this, word, start, after) || this.ignored(start);
  }

  /** What is no directive in text that does not count is passed over. */
  private ignored(start: number): boolean {
    if (!this.skipping) return false;
    this.i = start + 2;
    return true;
  }

  readonly marker: DirectiveHandler = (_, word, start, after) => {
    const stop = this.s.charAt(after) === '\r' ? after + 1 : after;
    if (this.s.charAt(start) !== '#' || (stop < this.s.length && this.s.charAt(stop) !== '\n')) return false;
    this.mode = word === 'SER' ? 'ser' : word === 'KAMAILIO' || word === 'OPENSER' ? 'kamailio' : 'maxcompat';
    this.i = Math.min(stop + 1, this.s.length);
    return true;
  };

  private toEndOfLine(from: number): void {
    const newline = this.s.indexOf('\n', from);
    this.i = newline === -1 ? this.s.length : newline + 1;
  }

  /** Characters up to the next blank; for inclusions newlines before it are skipped as well. */
  private field(from: number, newlines = false): { text: string; start: number; after: number } {
    const { s } = this;
    let start = skipBlanks(s, from);
    while (newlines && s.charAt(start) === '\n') start = skipBlanks(s, start + 1);
    let after = start;
    while (after < s.length && !' \t\r\n'.includes(s.charAt(after))) after++;
    return { text: s.slice(start, after), start, after };
  }
}

interface Directive {
  readonly run: (preprocessor: Preprocessor) => DirectiveHandler;
  /** Only a directive when a blank follows the word. */
  readonly blankAfter?: boolean;
  /** A comment for 5.6. */
  readonly since6?: boolean;
}

const each = (words: string, directive: Directive): [string, Directive][] =>
  words.split(' ').map((word) => [word, directive]);

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map([
  ...each('define def trydefine trydef redefine redef', { run: (p) => p.define, blankAfter: true }),
  ...each('defexp defexps', { run: (p) => p.define, blankAfter: true, since6: true }),
  ...each('undefine undef tryundefine tryundef', { run: (p) => p.undefine, blankAfter: true, since6: true }),
  ...each('defenv defenvs trydefenv trydefenvs', { run: (p) => p.defineFromEnvironment }),
  ...each('ifdef ifndef', { run: (p) => p.condition, blankAfter: true }),
  ...each('ifexp', { run: (p) => p.condition, blankAfter: true, since6: true }),
  ...each('else endif', { run: (p) => p.otherwise }),
  ...each('subst substdef substdefs', { run: (p) => p.subst }),
  ...each('include_file import_file', { run: (p) => p.includeDirective }),
  ...each('KAMAILIO OPENSER SER MAXCOMPAT ALL', { run: (p) => p.marker }),
]);

/** The words behind `#!` that are directives. */
export const DIRECTIVE_WORDS: readonly string[] = [...DIRECTIVES.keys()];

const WORD = /[A-Za-z_]+/y;
const CONDITION = /[#!]!(ifdef|ifndef|ifexp|else|endif)(?![A-Za-z_])/g;

function skipBlanks(s: string, from: number): number {
  let i = from;
  for (let c = s.charCodeAt(i); c === 32 || c === 9 || c === 13 || c === 8; c = s.charCodeAt(++i));
  return i;
}

function endOf(source: SourceText): T.Token {
  const offset = Math.max(0, source.text.length - 1);
  return {
    image: '',
    value: '',
    startOffset: offset,
    endOffset: offset,
    tokenType: T.Semicolon,
    tokenTypeIdx: T.Semicolon.tokenTypeIdx!,
    source,
  };
}

const isLoad = (token: T.Token): boolean => token.tokenType === T.LoadModule || token.tokenType === T.LoadModuleX;
