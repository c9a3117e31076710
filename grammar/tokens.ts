import type { IToken, TokenType } from 'chevrotain';
import type { BinaryOp } from './ast.js';
import { createToken, Lexer } from './chevrotain.js';
import { type Compat, type Define, positionInValue } from './defines.js';
import {
  CORE_FUNCTIONS,
  CORE_PARAMS,
  isKnownTo,
  NEW_WORDS,
  NUMBER_WORDS,
  type ParamKind,
  PROTO_WORDS,
  TLS_METHODS,
} from './keywords.js';
import type { Position, Span } from './source.js';
import type { SourceText } from './text.js';

/** A token of the preprocessed text; offsets are those of the place in the file, also for text out of a define. */
export interface Token extends IToken {
  readonly source: SourceText;
  /** Decoded: text of a string, value of a number; for other tokens the image. */
  readonly value: string | number;
  /** The define whose value this token was read from, and where in the value. */
  readonly define?: Define;
  readonly valueOffset?: number;
}

const type = (name: string, label: string, categories: TokenType[] = []): TokenType =>
  createToken({ name, label, pattern: Lexer.NA, categories });

/** Categories: they group tokens for the grammar and never occur as tokens themselves. */
export const Name = type('Name', 'a name');
export const BinaryOperator = type('BinaryOperator', 'an operator');
export const PrefixOperator = type('PrefixOperator', 'an operator');
export const WordPart = type('WordPart', 'a word');
export const CoreParam = type('CoreParam', 'a core parameter');
export const CoreFunction = type('CoreFunction', 'a core function');

export const Id = type('Id', 'a name', [Name, WordPart]);
export const NumId = type('NumId', 'a word', [WordPart]);
export const NumberLiteral = type('Number', 'a number', [WordPart]);
export const StringLiteral = type('String', 'a string');
export const Pv = type('Pv', 'a pseudo-variable');
export const Attr = type('Attr', 'an attribute');
export const Select = type('Select', 'a select');
export const Ipv6 = type('Ipv6', 'an IPv6 address', [WordPart]);
export const EventName = type('EventName', 'the name of an event route');
export const Proto = type('Proto', 'a protocol', [WordPart]);
export const UriWord = type('UriWord', '`uri:host`', [WordPart]);
export const Subst = type('Subst', '#!subst');

const punctuation = (name: string, text: string, categories: TokenType[] = []): TokenType =>
  type(name, `\`${text}\``, categories);

export const LParen = punctuation('LParen', '(');
export const RParen = punctuation('RParen', ')');
export const LBrace = punctuation('LBrace', '{');
export const RBrace = punctuation('RBrace', '}');
export const LBracket = punctuation('LBracket', '[', [WordPart]);
export const RBracket = punctuation('RBracket', ']', [WordPart]);
export const Comma = punctuation('Comma', ',');
export const Semicolon = punctuation('Semicolon', ';');
export const Colon = punctuation('Colon', ':', [WordPart]);
export const Dot = punctuation('Dot', '.', [WordPart]);
export const Assign = punctuation('Assign', '=');
export const AddAssign = punctuation('AddAssign', '+=');
export const Not = punctuation('Not', '!', [PrefixOperator]);
export const Tilde = punctuation('Tilde', '~', [PrefixOperator]);
export const Minus = punctuation('Minus', '-', [BinaryOperator, PrefixOperator, WordPart]);
export const Star = punctuation('Star', '*', [BinaryOperator, WordPart]);
export const Slash = punctuation('Slash', '/', [BinaryOperator]);
export const IntCast = punctuation('IntCast', '(int)', [PrefixOperator]);
export const StrCast = punctuation('StrCast', '(str)', [PrefixOperator]);

const operator = (name: string, text: string): TokenType => punctuation(name, text, [BinaryOperator]);
export const Or = operator('Or', '||');
export const And = operator('And', '&&');
export const BitOr = operator('BitOr', '|');
export const BitAnd = operator('BitAnd', '&');
export const BitXor = operator('BitXor', '^');
export const ShiftLeft = operator('ShiftLeft', '<<');
export const ShiftRight = operator('ShiftRight', '>>');
export const Equal = operator('Equal', '==');
export const NotEqual = operator('NotEqual', '!=');
export const Match = operator('Match', '=~');
export const StrEqual = operator('StrEqual', 'eq');
export const StrNotEqual = operator('StrNotEqual', 'ne');
export const IntEqual = operator('IntEqual', 'ieq');
export const IntNotEqual = operator('IntNotEqual', 'ine');
export const Less = operator('Less', '<');
export const Greater = operator('Greater', '>');
export const LessEqual = operator('LessEqual', '<=');
export const GreaterEqual = operator('GreaterEqual', '>=');
export const Plus = operator('Plus', '+');
export const Mod = operator('Mod', 'mod');

/** Upstream's precedences of the binary operators, loosest first; all are left associative. */
const LEVELS: readonly (readonly (readonly [TokenType, BinaryOp])[])[] = [
  [],
  [[Or, '||']],
  [[And, '&&']],
  [[BitOr, '|']],
  [[BitAnd, '&']],
  [[BitXor, '^']],
  [[ShiftLeft, '<<']],
  [[ShiftRight, '>>']],
  [
    [Equal, '=='],
    [NotEqual, '!='],
    [Match, '=~'],
    [StrEqual, 'eq'],
    [StrNotEqual, 'ne'],
    [IntEqual, 'ieq'],
    [IntNotEqual, 'ine'],
  ],
  [
    [Less, '<'],
    [Greater, '>'],
    [LessEqual, '<='],
    [GreaterEqual, '>='],
  ],
  [
    [Plus, '+'],
    [Minus, '-'],
  ],
  [
    [Star, '*'],
    [Slash, '/'],
    [Mod, 'mod'],
  ],
];
export const EQUALITY_LEVEL = 8;
export const RELATIONAL_LEVEL = 9;

/** Precedence level (1 loosest) and operator of each binary operator token. */
export const BINARY: ReadonlyMap<TokenType, { readonly level: number; readonly op: BinaryOp }> = new Map(
  LEVELS.flatMap((operators, level) => operators.map(([token, op]) => [token, { level, op }] as const)),
);

const word = (name: string, text: string, categories: TokenType[] = []): TokenType =>
  type(name, `\`${text}\``, categories);

export const Defined = word('Defined', 'defined', [PrefixOperator]);
export const Strlen = word('Strlen', 'strlen');
export const Strempty = word('Strempty', 'strempty');
export const Selval = word('Selval', 'selval');
export const If = word('If', 'if');
export const Else = word('Else', 'else');
export const While = word('While', 'while');
export const Switch = word('Switch', 'switch');
export const Case = word('Case', 'case');
export const Default = word('Default', 'default');
export const Return = word('Return', 'return');
export const Exit = word('Exit', 'exit');
export const Drop = word('Drop', 'drop');
export const Break = word('Break', 'break');
export const Route = word('Route', 'route');
export const RequestRoute = word('RequestRoute', 'request_route');
export const ReplyRoute = word('ReplyRoute', 'reply_route');
export const OnreplyRoute = word('OnreplyRoute', 'onreply_route');
export const FailureRoute = word('FailureRoute', 'failure_route');
export const BranchRoute = word('BranchRoute', 'branch_route');
export const OnsendRoute = word('OnsendRoute', 'onsend_route');
export const EventRoute = word('EventRoute', 'event_route');
export const Method = word('Method', 'method');
export const UriSubject = word('UriSubject', 'uri');
export const IntSubject = word('IntSubject', 'src_port');
export const ProtoSubject = word('ProtoSubject', 'proto');
export const IpSubject = word('IpSubject', 'src_ip');
export const Myself = word('Myself', 'myself');
export const Listen = word('Listen', 'listen');
export const Alias = word('Alias', 'alias');
export const Domain = word('Domain', 'domain', [Name]);
export const Socket = word('Socket', 'socket', [Name]);
export const SocketField = word('SocketField', 'bind', [Name]);
export const CoreparamWord = word('Coreparam', 'coreparam', [Name]);
export const Advertise = word('Advertise', 'advertise');
export const NameWord = word('NameWord', 'name');
export const Virtual = word('Virtual', 'virtual');
export const Description = word('Description', 'desc');
export const Kemi = word('Kemi', 'kemi');
export const KemiCallback = word('KemiCallback', 'request_route_callback');
export const Flags = word('Flags', 'flags');
export const AvpFlags = word('AvpFlags', 'avpflags');
export const LoadModule = word('LoadModule', 'loadmodule');
export const LoadModuleX = word('LoadModuleX', 'loadmodulex');
export const LoadPath = word('LoadPath', 'loadpath');
export const ModParam = word('ModParam', 'modparam');
export const ModParamX = word('ModParamX', 'modparamx');
export const CfgEngine = word('CfgEngine', 'cfgengine');
export const TlsMethod = word('TlsMethod', 'TLSv1');
export const Reserved = word('Reserved', 'a reserved word');
export const PlainCoreParam = word('PlainCoreParam', 'a core parameter', [CoreParam]);
export const NewCoreParam = word('NewCoreParam', 'a core parameter', [CoreParam, Name]);
export const PlainCoreFunction = word('PlainCoreFunction', 'a core function', [CoreFunction]);
/** `force_rport`, `add_rport` and `udp_mtu_try_proto` are both. */
export const CoreParamAndFunction = word('CoreParamAndFunction', 'a core function', [CoreParam, CoreFunction]);

const FIXED_WORDS: readonly (readonly [TokenType, string])[] = [
  [Not, 'not'],
  [And, 'and'],
  [Or, 'or'],
  [Mod, 'mod'],
  [StrEqual, 'eq'],
  [StrNotEqual, 'ne'],
  [IntEqual, 'ieq'],
  [IntNotEqual, 'ine'],
  [Defined, 'defined'],
  [Strlen, 'strlen'],
  [Strempty, 'strempty'],
  [Selval, 'selval'],
  [If, 'if'],
  [Else, 'else'],
  [While, 'while'],
  [Switch, 'switch'],
  [Case, 'case'],
  [Default, 'default'],
  [Return, 'return'],
  [Exit, 'exit'],
  [Drop, 'drop'],
  [Break, 'break'],
  [Route, 'route'],
  [RequestRoute, 'request_route'],
  [ReplyRoute, 'reply_route'],
  [OnreplyRoute, 'onreply_route'],
  [FailureRoute, 'failure_route'],
  [BranchRoute, 'branch_route'],
  [OnsendRoute, 'onsend_route'],
  [EventRoute, 'event_route'],
  [Method, 'method'],
  [UriSubject, 'uri status from_uri to_uri'],
  [IntSubject, 'src_port dst_port snd_port to_port af snd_af to_af msg:len'],
  [ProtoSubject, 'proto snd_proto to_proto'],
  [IpSubject, 'src_ip dst_ip snd_ip to_ip'],
  [Myself, 'myself'],
  [UriWord, 'uri:host uri:port'],
  [Listen, 'listen'],
  [Alias, 'alias'],
  [Domain, 'domain'],
  [Socket, 'socket'],
  [SocketField, 'bind workers agname AGNAME vrf VRF'],
  [CoreparamWord, 'coreparam'],
  [Advertise, 'advertise ADVERTISE'],
  [NameWord, 'name NAME'],
  [Virtual, 'virtual'],
  [Description, 'desc descr description'],
  [Kemi, 'kemi'],
  [
    KemiCallback,
    'request_route_callback onsend_route_callback reply_route_callback event_route_callback received_route_callback pre_routing_callback',
  ],
  [Flags, 'flags bool'],
  [AvpFlags, 'avpflags'],
  [LoadModule, 'loadmodule'],
  [LoadModuleX, 'loadmodulex'],
  [LoadPath, 'loadpath mpath'],
  [ModParam, 'modparam'],
  [ModParamX, 'modparamx'],
  [CfgEngine, 'cfgengine'],
  [Reserved, 'max_len'],
];

/** The keywords of a version, with the token each makes. */
export function keywordTable(compat: Compat): ReadonlyMap<string, TokenType> {
  const table = new Map<string, TokenType>();
  const add = (text: string, token: TokenType): void => {
    if (isKnownTo(compat, text)) table.set(text, token);
  };
  for (const [token, texts] of FIXED_WORDS) for (const text of texts.split(' ')) add(text, token);
  for (const text of NUMBER_WORDS.keys()) add(text, NumberLiteral);
  for (const text of PROTO_WORDS) add(text, Proto);
  for (const text of TLS_METHODS) add(text, TlsMethod);
  for (const names of Object.values(CORE_PARAMS)) {
    for (const name of names) add(name, NEW_WORDS.has(name) ? NewCoreParam : PlainCoreParam);
  }
  for (const name of CORE_FUNCTIONS.keys()) {
    add(name, table.has(name) ? CoreParamAndFunction : PlainCoreFunction);
  }
  return table;
}

/** The literal each core parameter takes. */
export const PARAM_KINDS: ReadonlyMap<string, ParamKind> = new Map(
  (Object.keys(CORE_PARAMS) as ParamKind[]).flatMap((kind) => CORE_PARAMS[kind].map((name) => [name, kind] as const)),
);

/** All token types, for the parser's constructor. */
export const TOKEN_TYPES: readonly TokenType[] = [
  ...[Name, BinaryOperator, PrefixOperator, WordPart, CoreParam, CoreFunction, Id, NumId, NumberLiteral],
  ...[StringLiteral, Pv, Attr, Select, Ipv6, EventName, Proto, UriWord, Subst, LParen, RParen, LBrace, RBrace],
  ...[LBracket, RBracket, Comma, Semicolon, Colon, Dot, Assign, AddAssign, Not, Tilde, Minus, Star, Slash, IntCast],
  ...[StrCast, TlsMethod, PlainCoreParam, NewCoreParam, PlainCoreFunction, CoreParamAndFunction, Plus],
  ...[...BINARY.keys()].filter((token) => ![Minus, Star, Slash, Plus].includes(token)),
  ...new Set(
    FIXED_WORDS.map(([token]) => token).filter((token) => !BINARY.has(token) && token !== Not && token !== UriWord),
  ),
];

/** From the first to the last of some tokens, as a person wrote them. */
export function spanOf(first: Token, last: Token = first): Span {
  const at = first.source.position(first.startOffset);
  const end = last.source.position(last.endOffset!);
  const definedAt = definitionOf(first);
  return definedAt ? { at, end, definedAt } : { at, end };
}

function definitionOf(token: Token): Position | undefined {
  return token.define && positionInValue(token.define, token.valueOffset ?? 0);
}

/** How a token changes the depth of braces. */
export const braces = (token: TokenType): number => (token === LBrace ? 1 : token === RBrace ? -1 : 0);
