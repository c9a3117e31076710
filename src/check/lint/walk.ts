import type { Assign, Call, Expr, RouteBlock, Statement } from '../../../grammar/ast.js';
import { isPvError, type PvNode, parseFormat, parsePv } from '../../../grammar/pv.js';
import type { Span } from '../../../grammar/source.js';

/** A place among statements: a block, the position in it, and the place that the block itself hangs from. */
export interface Spot {
  readonly block: readonly Statement[];
  readonly index: number;
  readonly parent: Spot | null;
  /** What the block is to the statement at `parent`. */
  readonly role: 'route' | 'then' | 'else' | 'loop' | 'case' | 'expression';
  readonly route: RouteBlock;
}

/**
 * What becomes of a call's result: nothing (`statement`), or a condition that holds only when it was true (`true`) or
 * only when it was false (`false`), or something else (`value`).
 */
export type Sense = 'statement' | 'true' | 'false' | 'value';

export interface CallUse {
  readonly call: Call;
  readonly name: string;
  readonly spot: Spot;
  readonly sense: Sense;
}

/** One mention of a pseudo-variable, also of those inside of others and of format strings. */
export interface PvMention {
  readonly pv: PvNode;
  readonly span: Span;
  readonly spot: Spot;
  readonly writes: boolean;
}

export interface AssignUse {
  readonly assign: Assign;
  readonly spot: Spot;
  /** The assignment stands in an expression. */
  readonly inside: boolean;
}

/** Everything of one route block, in the order of the text. */
export interface RouteUses {
  readonly block: RouteBlock;
  readonly calls: CallUse[];
  readonly pvs: PvMention[];
  readonly assigns: AssignUse[];
  readonly statements: { readonly statement: Statement; readonly spot: Spot }[];
  readonly exprs: { readonly expr: Expr; readonly spot: Spot }[];
}

/** Walks a route block once and notes what stands where. */
export function usesOf(block: RouteBlock): RouteUses {
  const uses: RouteUses = { block, calls: [], pvs: [], assigns: [], statements: [], exprs: [] };
  new Walker(uses).block(block.body, null, 'route');
  return uses;
}

class Walker {
  constructor(private readonly uses: RouteUses) {}

  block(body: readonly Statement[], parent: Spot | null, role: Spot['role']): void {
    body.forEach((statement, index) => {
      const spot: Spot = { block: body, index, parent, role, route: this.uses.block };
      this.uses.statements.push({ statement, spot });
      this.statement(statement, spot);
    });
  }

  private statement(s: Statement, spot: Spot): void {
    switch (s.kind) {
      case 'call-statement':
        this.call(s.call, spot, 'statement');
        return;
      case 'assign':
        this.assign(s, spot, false);
        return;
      case 'if':
        this.expr(s.condition, spot, 'true');
        this.block(s.then, spot, 'then');
        this.block(s.else ?? [], spot, 'else');
        return;
      case 'while':
        this.expr(s.condition, spot, 'true');
        this.block(s.body, spot, 'loop');
        return;
      case 'switch':
        this.expr(s.value, spot, 'value');
        for (const c of s.cases) {
          if (c.label.kind !== 'default') this.expr(c.label.value, spot, 'value');
          this.block(c.body, spot, 'case');
        }
        return;
      case 'return':
      case 'exit':
      case 'drop':
        if (s.value) this.expr(s.value, spot, 'value');
        return;
      case 'async':
      case 'launch':
        for (const call of s.operations) this.call(call, spot, 'value');
        if (s.param) this.expr(s.param, spot, 'value');
        return;
      default:
    }
  }

  private assign(a: Assign, spot: Spot, inside: boolean): void {
    this.expr(a.value, spot, 'value');
    this.uses.assigns.push({ assign: a, spot, inside });
    if (a.target.kind === 'pv') this.pvText(a.target.text, a.target.span, spot, true);
  }

  private call(call: Call, spot: Spot, sense: Sense): void {
    for (const arg of call.args) {
      if (arg.kind === 'word') continue;
      if (arg.kind === 'string') this.format(arg.value, arg.span, spot);
      else this.expr(arg, spot, 'value');
    }
    this.uses.calls.push({ call, name: call.name, spot, sense });
  }

  private expr(e: Expr, spot: Spot, sense: Sense): void {
    this.uses.exprs.push({ expr: e, spot });
    switch (e.kind) {
      case 'pv':
        this.pvText(e.text, e.span, spot, false);
        return;
      case 'call':
        this.call(e, spot, sense);
        return;
      case 'comparison':
        if (e.right.kind === 'expr') this.expr(e.right.value, spot, 'value');
        return;
      case 'unary':
        this.expr(e.operand, spot, e.op === '!' ? opposite(sense) : 'value');
        return;
      case 'binary': {
        // A true conjunction means two true operands, a false disjunction two false ones.
        const kept = (e.op === '&&' && sense === 'true') || (e.op === '||' && sense === 'false') ? sense : 'value';
        this.expr(e.left, spot, kept);
        this.expr(e.right, spot, kept);
        return;
      }
      case 'assign-expr':
        this.assign(e.assign, spot, true);
        return;
      case 'block-expr':
        this.block(e.body, spot, 'expression');
        return;
      default:
    }
  }

  private format(text: string, span: Span, spot: Spot): void {
    for (const pv of formatPvs(text)) this.mention(pv, span, spot, false);
  }

  private pvText(text: string, span: Span, spot: Spot, writes: boolean): void {
    const pv = parsePv(text);
    if (!isPvError(pv)) this.mention(pv, span, spot, writes);
  }

  private mention(pv: PvNode, span: Span, spot: Spot, writes: boolean): void {
    this.uses.pvs.push({ pv, span, spot, writes });
    if (pv.inner?.includes('$')) this.format(pv.inner, span, spot);
    if (pv.index?.startsWith('$')) this.format(pv.index, span, spot);
    for (const t of pv.transformations) for (const p of t.params) if (p.includes('$')) this.format(p, span, spot);
  }
}

function opposite(sense: Sense): Sense {
  return sense === 'true' ? 'false' : sense === 'false' ? 'true' : 'value';
}

/** The pseudo-variables of a format string; none when it is not well formed. */
export function formatPvs(text: string): readonly PvNode[] {
  if (!text.includes('$')) return [];
  const parts = parseFormat(text);
  if (isPvError(parts)) return [];
  return (parts as readonly (string | PvNode)[]).filter((p): p is PvNode => typeof p !== 'string');
}

/** The pseudo-variables of an expression that end up in its value as text: operands of `+` and formats, not conditions. */
export function valuePvs(e: Expr): readonly PvNode[] {
  switch (e.kind) {
    case 'pv': {
      const pv = parsePv(e.text);
      return isPvError(pv) ? [] : [pv];
    }
    case 'string':
      return formatPvs(e.value);
    case 'binary':
      return e.op === '+' ? [...valuePvs(e.left), ...valuePvs(e.right)] : [];
    case 'unary':
      return e.op === '(str)' ? valuePvs(e.operand) : [];
    default:
      return [];
  }
}

/** The literal text of a call's argument: a word, a number or a string without pseudo-variables; else undefined. */
export function literal(call: Call, position: number): string | undefined {
  const arg = call.args[position];
  switch (arg?.kind) {
    case 'word':
      return arg.value;
    case 'string':
      return arg.value.includes('$') ? undefined : arg.value;
    case 'int':
      return `${arg.value}`;
    default:
      return undefined;
  }
}

/** The number that an argument is written as; undefined when it is none. */
export function literalInt(call: Call, position: number): number | undefined {
  const text = literal(call, position);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Every call in a statement's own expressions, blocks below it left out: they are made whenever the statement is. */
export function* ownCalls(s: Statement): Iterable<Call> {
  switch (s.kind) {
    case 'call-statement':
      yield* callsIn(s.call);
      return;
    case 'assign':
      yield* callsIn(s.value);
      return;
    case 'if':
    case 'while':
      yield* firstCalls(s.condition);
      return;
    case 'switch':
      yield* callsIn(s.value);
      return;
    default:
  }
}

/** Every call in an expression, blocks in it left out. */
export function* callsIn(e: Expr): Iterable<Call> {
  switch (e.kind) {
    case 'call':
      yield e;
      return;
    case 'unary':
      yield* callsIn(e.operand);
      return;
    case 'binary':
      yield* callsIn(e.left);
      yield* callsIn(e.right);
      return;
    case 'assign-expr':
      yield* callsIn(e.assign.value);
      return;
    default:
  }
}

/** The calls of a condition that are made whatever the others say. */
function* firstCalls(e: Expr): Iterable<Call> {
  if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) yield* firstCalls(e.left);
  else if (e.kind === 'unary') yield* firstCalls(e.operand);
  else yield* callsIn(e);
}
