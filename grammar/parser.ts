import type { TokenType } from 'chevrotain';
import type {
  ConfigFile,
  CoreParam,
  LoadModule,
  LoadPath,
  ModParam,
  ParamValue,
  RouteBlock,
  RouteBlockKind,
  TopLevel,
} from './ast.js';
import { diagnose } from './codes.js';
import { isReserved } from './core-params.js';
import type { Compat } from './defines.js';
import { longString } from './mistakes.js';
import { ParameterParser } from './parser-parameters.js';
import type { Diagnostic } from './source.js';
import * as T from './tokens.js';

const UNNAMED: ReadonlyMap<TokenType, RouteBlockKind> = new Map<TokenType, RouteBlockKind>([
  [T.Route, 'request_route'],
  [T.RequestRoute, 'request_route'],
  [T.ReplyRoute, 'reply_route'],
  [T.OnreplyRoute, 'reply_route'],
  [T.FailureRoute, 'failure_route'],
  [T.BranchRoute, 'branch_route'],
  [T.OnsendRoute, 'onsend_route'],
]);
const NAMED: ReadonlyMap<TokenType, RouteBlockKind> = new Map<TokenType, RouteBlockKind>([
  [T.Route, 'route'],
  [T.OnreplyRoute, 'onreply_route'],
  [T.FailureRoute, 'failure_route'],
  [T.BranchRoute, 'branch_route'],
  [T.OnsendRoute, 'onsend_route'],
]);

/** The grammar of a whole config file. */
export class ConfigParser extends ParameterParser {
  private compat: Compat = '6.x';

  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Parses preprocessed tokens; `eof` places errors at the end. */
  parse(
    tokens: readonly T.Token[],
    eof: T.Token,
    compat: Compat = '6.x',
  ): { ast: ConfigFile; diagnostics: readonly Diagnostic[] } {
    this.compat = compat;
    this.found.length = 0;
    this.eof = eof;
    this.unclosedAt = -1;
    this.inSwitch = 0;
    this.branchDepth = 0;
    this.input = tokens as T.Token[];
    const items = this.configFile();
    const diagnostics = [...this.found];
    for (const error of this.errors) {
      if (error.message === '') continue;
      const token = error.token as T.Token;
      const place = token.source ? T.spanOf(token) : T.spanOf(eof);
      const what = token.source ? `\`${shortened(token.image)}\`` : 'the end of the file';
      const related = longString(tokens, token);
      diagnostics.push(diagnose('KTS0001', place, [what, error.message], related && { related }));
    }
    this.input = [];
    return { ast: { items: items ?? [] }, diagnostics };
  }

  private readonly configFile = this.RULE('configFile', (): TopLevel[] => {
    const items: TopLevel[] = [];
    if (this.RECORDING_PHASE) {
      this.MANY(() => this.SUBRULE(this.item));
      return items;
    }
    while (!this.atEnd) {
      const item = this.attempt(
        () => this.SUBRULE(this.item),
        (from) => this.nextItem(from),
      );
      if (item) items.push(item);
    }
    return items;
  });

  /** Skips to the next item: past the block when one was open, else to the next word that begins an item. */
  private nextItem(from: number): void {
    let depth = this.braceDepth(from);
    for (let first = this.internals.currIdx === from; !this.atEnd; first = false) {
      const type = this.ahead(1);
      if (!first && this.beginsItem(depth)) return;
      this.skip();
      depth = Math.max(0, depth + T.braces(type));
      if (type === T.RBrace && depth === 0) return;
    }
  }

  private beginsItem(depth: number): boolean {
    const type = this.ahead(1);
    const next = this.ahead(2);
    if (ROUTES.has(type)) return type !== T.Route || next === T.LBracket || next === T.LBrace;
    if (depth > 0) return false;
    if (STARTS.has(type) || this.isAhead(1, T.CoreParam)) return true;
    return type === T.Id && (next === T.Assign || (next === T.Dot && this.ahead(4) === T.Assign));
  }

  private readonly item = this.RULE('item', (): TopLevel | undefined =>
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.Semicolon);
            return undefined;
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Subst);
            this.CONSUME(T.StringLiteral);
            return undefined;
          },
        },
        { ALT: () => this.SUBRULE(this.loadModule) },
        { ALT: () => this.SUBRULE(this.loadPath) },
        { ALT: () => this.SUBRULE(this.modParam) },
        { ALT: () => this.SUBRULE(this.flags) },
        { ALT: () => this.SUBRULE(this.listen) },
        { ALT: () => this.SUBRULE(this.alias) },
        { GATE: () => this.ahead(2) === T.Assign, ALT: () => this.SUBRULE(this.socketBlock) },
        { ALT: () => this.SUBRULE(this.routeBlock) },
        { ALT: () => this.SUBRULE(this.eventRoute) },
        { GATE: () => this.ahead(2) === T.Assign, ALT: () => this.SUBRULE(this.coreParam) },
        { ALT: () => this.SUBRULE(this.kemiParam) },
        { GATE: () => this.ahead(2) === T.LBracket, ALT: () => this.SUBRULE(this.indexedParam) },
        { ALT: () => this.SUBRULE(this.customVariable) },
      ],
      ERR_MSG: 'a parameter, a module or a route block',
    }),
  );

  // --- modules -------------------------------------------------------------------------------------------------

  private readonly loadModule = this.RULE('loadModule', (): LoadModule => {
    const first = this.OR([{ ALT: () => this.CONSUME(T.LoadModule) }, { ALT: () => this.CONSUME(T.LoadModuleX) }]);
    let options: string | undefined;
    const name = this.OR2({
      DEF: [
        { ALT: () => this.CONSUME(T.StringLiteral) },
        {
          GATE: () => this.compat !== '5.6',
          ALT: () => {
            this.CONSUME(T.LParen);
            const token = this.CONSUME2(T.StringLiteral);
            this.OPTION(() => {
              this.CONSUME(T.Comma);
              options = this.text(this.CONSUME3(T.StringLiteral));
            });
            this.CONSUME(T.RParen);
            return token;
          },
        },
      ],
      ERR_MSG: 'the name of a module in quotes',
    });
    return {
      kind: 'loadmodule',
      module: this.text(name),
      ...(options !== undefined && { options }),
      expand: first.tokenType === T.LoadModuleX,
      span: this.span(first),
    };
  });

  /** `loadpath`, `mpath` and `cfgengine`. */
  private readonly loadPath = this.RULE('loadPath', (): LoadPath | CoreParam => {
    const first = this.OR([{ ALT: () => this.CONSUME(T.LoadPath) }, { ALT: () => this.CONSUME(T.CfgEngine) }]);
    this.OPTION(() => this.CONSUME(T.Assign));
    const value = this.SUBRULE(this.stringValue);
    const span = this.span(first);
    if (first.tokenType === T.LoadPath) return { kind: 'loadpath', path: value?.value, span };
    return { kind: 'core-param', name: first.image, nameSpan: this.span(first, first), value, span };
  });

  private readonly modParam = this.RULE('modParam', (): ModParam => {
    const first = this.OR([{ ALT: () => this.CONSUME(T.ModParam) }, { ALT: () => this.CONSUME(T.ModParamX) }]);
    this.CONSUME(T.LParen);
    const module = this.CONSUME(T.StringLiteral);
    this.CONSUME(T.Comma);
    const param = this.CONSUME2(T.StringLiteral);
    this.CONSUME2(T.Comma);
    const value = this.OR2({
      DEF: [
        { ALT: () => this.SUBRULE(this.literal) },
        {
          GATE: () => first.tokenType === T.ModParamX,
          ALT: () => {
            const token = this.CONSUME(T.Pv);
            return { kind: 'string' as const, value: this.text(token), span: this.span(token) };
          },
        },
      ],
      ERR_MSG: 'a number or a string',
    }) as ParamValue;
    this.CONSUME(T.RParen);
    return {
      kind: 'modparam',
      module: this.text(module),
      moduleSpan: this.span(module, module),
      param: this.text(param),
      paramSpan: this.span(param, param),
      value,
      expand: first.tokenType === T.ModParamX,
      span: this.span(first),
    };
  });

  // --- route blocks --------------------------------------------------------------------------------------------

  private readonly routeBlock = this.RULE('routeBlock', (): RouteBlock => {
    const first = this.OR([
      { ALT: () => this.CONSUME(T.Route) },
      { ALT: () => this.CONSUME(T.RequestRoute) },
      { ALT: () => this.CONSUME(T.ReplyRoute) },
      { ALT: () => this.CONSUME(T.OnreplyRoute) },
      { ALT: () => this.CONSUME(T.FailureRoute) },
      { ALT: () => this.CONSUME(T.BranchRoute) },
      { ALT: () => this.CONSUME(T.OnsendRoute) },
    ]);
    let route = UNNAMED.get(first.tokenType)!;
    let name: T.Token | undefined;
    this.OPTION({
      GATE: () => NAMED.has(first.tokenType),
      DEF: () => {
        this.CONSUME(T.LBracket);
        if (!this.RECORDING_PHASE && isReserved(this.LA(1))) {
          this.problem('KTS0004', this.nextSpan(), [this.LA(1).image], {
            fix: { title: 'quote the name', replacement: `"${this.LA(1).image}"` },
          });
          this.abandon();
        }
        name = this.SUBRULE(this.routeName);
        this.CONSUME(T.RBracket);
      },
    });
    let text = '';
    if (name && !this.RECORDING_PHASE) {
      const main = this.text(name) === '0' && (first.tokenType === T.Route || first.tokenType === T.OnreplyRoute);
      if (!main) {
        route = NAMED.get(first.tokenType)!;
        text = this.text(name);
      }
    }
    const body = this.SUBRULE(this.block);
    return {
      kind: 'route-block',
      route,
      name: text,
      nameSpan: this.span(name ?? first, name ?? first),
      body,
      span: this.span(first),
    };
  });

  private readonly eventRoute = this.RULE('eventRoute', (): RouteBlock => {
    const first = this.CONSUME(T.EventRoute);
    this.CONSUME(T.LBracket);
    if (!this.RECORDING_PHASE && this.ahead(1) === T.Id) {
      this.problem('KTS0011', this.nextSpan());
      this.abandon();
    }
    const name = this.CONSUME(T.EventName);
    this.CONSUME(T.RBracket);
    const body = this.SUBRULE(this.block);
    const nameSpan = this.span(name, name);
    return { kind: 'route-block', route: 'event_route', name: name.image, nameSpan, body, span: this.span(first) };
  });
}

const ROUTES: ReadonlySet<TokenType> = new Set([...UNNAMED.keys(), T.EventRoute]);
const STARTS: ReadonlySet<TokenType> = new Set([
  T.LoadModule,
  T.LoadModuleX,
  T.LoadPath,
  T.CfgEngine,
  T.ModParam,
  T.ModParamX,
  T.Listen,
  T.Alias,
  T.Flags,
  T.AvpFlags,
  T.Subst,
]);

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
