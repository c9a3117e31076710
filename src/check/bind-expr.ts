import type { Assign, Call, Comparison, Expr } from '../../grammar/ast.js';
import type { Span } from '../../grammar/source.js';
import { bindCall } from './bind-call.js';
import { bindAttribute, bindPvToken, bindSelect } from './bind-pv.js';
import { bindBlock } from './bind-statement.js';
import type { BoundAssign, BoundBinaryOp, BoundExpr, RouteCall, ValueType } from './program.js';
import type { BindScope } from './scope.js';

const NOTHING: Pick<BoundExpr, 'kind'> = { kind: 'null' };

/** Binds an expression and folds it. What cannot be bound is reported and becomes null. */
export function bindExpr(node: Expr, scope: BindScope): BoundExpr {
  switch (node.kind) {
    case 'int':
      // 5.6 keeps literals in 32 bits: the negation of its least integer is itself.
      return {
        kind: 'const',
        value: scope.compat === '5.6' ? node.value | 0 : node.value,
        type: 'int',
        span: node.span,
      };
    case 'string':
      return { kind: 'const', value: node.value, type: 'str', span: node.span };
    case 'pv': {
      if (node.text === '$null') return { kind: 'null', type: 'any', span: node.span };
      const pv = bindPvToken(node.text, node.span, scope);
      return pv ? { kind: 'pv', pv, type: 'any', span: node.span } : unknown(node.span);
    }
    case 'attribute': {
      const pv = bindAttribute(node.text, node.span, scope);
      return pv ? { kind: 'pv', pv, type: 'any', span: node.span } : unknown(node.span);
    }
    case 'select': {
      const pv = bindSelect(node.path, node.span, scope);
      return pv ? { kind: 'pv', pv, type: 'str', span: node.span } : unknown(node.span);
    }
    case 'call':
      return bindCallExpr(node, scope);
    case 'comparison':
      return bindComparison(node, scope);
    case 'unary':
      return bindUnary(node, scope);
    case 'binary':
      return bindBinary(node, scope);
    case 'assign-expr': {
      const assign = bindAssign(node.assign, scope);
      return assign ? { kind: 'assign', assign, type: 'int', span: node.span } : unknown(node.span);
    }
    case 'block-expr':
      return { kind: 'block', body: bindBlock(node.body, scope), type: 'int', span: node.span };
  }
}

const unknown = (span: Span): BoundExpr => ({ ...NOTHING, type: 'any', span }) as BoundExpr;

/** Binds `target = value`; null when the target cannot be assigned (reported). */
export function bindAssign(node: Assign, scope: BindScope): BoundAssign | null {
  const value = bindExpr(node.value, scope);
  const target =
    node.target.kind === 'pv'
      ? bindPvToken(node.target.text, node.target.span, scope)
      : bindAttribute(node.target.text, node.target.span, scope);
  if (!target) return null;
  if (target.transformations.length > 0) {
    scope.findings.add('KTS1033', node.target.span, `${target.text} cannot be assigned: it has a transformation`);
    return null;
  }
  if (!target.def.writable) {
    scope.findings.add('KTS1032', node.target.span, `${target.text} is read-only`);
    return null;
  }
  return { target, value, span: node.span };
}

function bindCallExpr(node: Call, scope: BindScope): BoundExpr {
  const span = node.span;
  if (node.name === 'route') {
    const call = bindRouteCall(node, scope);
    return call ? { kind: 'route-call', call, type: 'int', span } : unknown(span);
  }
  if (node.name === 'strlen' || node.name === 'strempty') {
    const operand = onlyArgument(node, scope);
    if (!operand) return unknown(span);
    mustNotBeInt(operand, node.name, scope);
    return scope.folder.unary({ kind: node.name, operand, type: 'int', span });
  }
  if (node.name === 'selval') {
    const [c, a, b] = node.args;
    if (!c || !a || !b || node.args.length !== 3 || c.kind === 'word' || a.kind === 'word' || b.kind === 'word') {
      scope.findings.add('KTS1021', span, 'selval takes three expressions: selval(condition, then, else)');
      return unknown(span);
    }
    const then = bindExpr(a, scope);
    const other = bindExpr(b, scope);
    const type = then.type === other.type ? then.type : 'any';
    return { kind: 'selval', condition: bindExpr(c, scope), then, else: other, type, span };
  }
  const call = bindCall(node, scope);
  return call ? { kind: 'call', call, type: 'int', span } : unknown(span);
}

function onlyArgument(node: Call, scope: BindScope): BoundExpr | null {
  const a = node.args[0];
  if (!a || node.args.length !== 1 || a.kind === 'word') {
    scope.findings.add('KTS1021', node.span, `${node.name} takes one expression`);
    return null;
  }
  return bindExpr(a, scope);
}

/** `route(NAME)`, `route("name")`, `route(1)`, `route(expr)`. Constant names are resolved when the program is complete. */
export function bindRouteCall(node: Call, scope: BindScope): RouteCall | null {
  const a = node.args[0];
  if (!a || node.args.length !== 1) {
    scope.findings.add('KTS1021', node.span, 'route takes the name of a route block');
    return null;
  }
  if (a.kind === 'word') return { kind: 'fixed', name: a.value, span: a.span };
  const name = bindExpr(a, scope);
  if (name.kind === 'const') return { kind: 'fixed', name: `${name.value}`, span: name.span };
  return { kind: 'computed', name, span: node.span };
}

function bindComparison(node: Comparison, scope: BindScope): BoundExpr {
  const right =
    node.right.kind === 'expr'
      ? ({ kind: 'expr', value: bindExpr(node.right.value, scope) } as const)
      : node.right.kind === 'word'
        ? ({ kind: 'word', value: node.right.value } as const)
        : node.right;
  return {
    kind: 'comparison',
    comparison: { subject: node.subject, op: node.op, right },
    type: 'int',
    span: node.span,
  };
}

function bindUnary(node: Extract<Expr, { kind: 'unary' }>, scope: BindScope): BoundExpr {
  const operand = bindExpr(node.operand, scope);
  const span = node.span;
  switch (node.op) {
    case 'defined':
      mustNotBeInt(operand, 'defined', scope);
      return scope.folder.unary({ kind: 'defined', operand, type: 'int', span });
    case '(int)':
      return scope.folder.unary({ kind: 'cast', to: 'int', operand, type: 'int', span });
    case '(str)':
      return scope.folder.unary({ kind: 'cast', to: 'str', operand, type: 'str', span });
    default:
      mustNotBeString(operand, scope);
      return scope.folder.unary({ kind: 'unary', op: node.op, operand, type: 'int', span });
  }
}

function bindBinary(node: Extract<Expr, { kind: 'binary' }>, scope: BindScope): BoundExpr {
  const left = bindExpr(node.left, scope);
  const right = bindExpr(node.right, scope);
  const { op, span } = node;
  const isEquality = op === '==' || op === '!=';
  if ((isEquality || op === 'eq' || op === 'ne' || op === 'ieq' || op === 'ine') && right.kind === 'null') {
    // `x == $null` asks whether x is defined; only literal $null on the right does.
    const test: BoundExpr = { kind: 'defined', operand: left, type: 'int', span };
    const negative = op === '==' || op === 'eq' || op === 'ieq';
    return negative ? { kind: 'unary', op: '!', operand: test, type: 'int', span } : test;
  }
  if (op === '+' || isEquality) {
    if (left.type === 'int' && right.type === 'str') mismatch(right, 'a string', 'an integer', scope);
    return scope.folder.binary({
      kind: 'binary',
      op,
      left,
      right,
      type: isEquality ? 'int' : addType(left.type),
      span,
    });
  }
  if (op === '=~' || op === 'eq' || op === 'ne') {
    if (left.type === 'int') mismatch(left, 'an integer', 'a string', scope);
    if (op === '=~' && right.kind === 'const') {
      const match: BoundExpr = { kind: 'match', left, pattern: `${right.value}`, type: 'int', span };
      return scope.folder.match(match);
    }
    return scope.folder.binary({ kind: 'binary', op, left, right, type: 'int', span });
  }
  mustNotBeString(left, scope);
  mustNotBeString(right, scope);
  return scope.folder.binary({ kind: 'binary', op: op as BoundBinaryOp, left, right, type: 'int', span });
}

const addType = (left: ValueType): ValueType => left;

function mustNotBeString(e: BoundExpr, scope: BindScope): void {
  if (e.type === 'str') mismatch(e, 'a string', 'an integer', scope);
}

function mustNotBeInt(e: BoundExpr, what: string, scope: BindScope): void {
  if (e.type === 'int') scope.findings.add('KTS1040', e.span, `${what} of an integer: it takes a string`);
}

function mismatch(e: BoundExpr, is: string, wanted: string, scope: BindScope): void {
  scope.findings.add('KTS1040', e.span, `type mismatch: ${is} instead of ${wanted}`, [
    is === 'a string' ? 'Write (int)… to convert it.' : 'Write (str)… to convert it.',
  ]);
}
