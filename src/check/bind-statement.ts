import type { AsyncStatement, Expr, Statement, Switch } from '../../grammar/ast.js';
import type { Span } from '../../grammar/source.js';
import { bindCall } from './bind-call.js';
import { bindAssign, bindExpr, bindRouteCall } from './bind-expr.js';
import { bindFormat } from './bind-pv.js';
import type { BoundCase, BoundExpr, BoundStatement, FormatText, RouteCall } from './program.js';
import type { BindScope } from './scope.js';

/** Binds the statements of a block. Statements that cannot be bound are reported and left out. */
export function bindBlock(body: readonly Statement[], scope: BindScope): BoundStatement[] {
  const bound: BoundStatement[] = [];
  for (const node of body) {
    const statement = bindStatement(node, scope);
    if (statement) bound.push(statement);
  }
  return bound;
}

function bindStatement(node: Statement, scope: BindScope): BoundStatement | null {
  const span = node.span;
  switch (node.kind) {
    case 'empty':
      return null;
    case 'call-statement': {
      const { call } = node;
      if (call.name === 'route') {
        const target = bindRouteCall(call, scope);
        return target && { kind: 'route', call: target, span };
      }
      const bound = bindCall(call, scope);
      return bound && { kind: 'call', call: bound, span };
    }
    case 'assign': {
      const assign = bindAssign(node, scope);
      return assign && { kind: 'assign', assign, span };
    }
    case 'if': {
      const condition = bindCondition('if', bindExpr(node.condition, scope), scope);
      return {
        kind: 'if',
        condition,
        then: bindBlock(node.then, scope),
        else: bindBlock(node.else ?? [], scope),
        span,
      };
    }
    case 'while': {
      const condition = bindCondition('while', bindExpr(node.condition, scope), scope);
      return { kind: 'while', condition, body: bindBlock(node.body, scope), span };
    }
    case 'switch':
      return bindSwitch(node, scope);
    case 'return':
    case 'exit':
    case 'drop': {
      const value = node.value ? bindExpr(node.value, scope) : null;
      if (value?.type === 'str')
        scope.findings.add('KTS1046', value.span, `${node.kind} takes an integer, not a string`);
      return { kind: node.kind, value, span };
    }
    case 'break':
      return { kind: 'break', span };
    case 'async':
    case 'launch':
      return bindAsync(node, scope);
  }
}

/** `async(op(…), route[, seconds]);`, its block form, and `launch(op(…)[, route[, "param"]]);`. */
function bindAsync(node: AsyncStatement, scope: BindScope): BoundStatement | null {
  const { span } = node;
  const operations = node.operations.map((call) => bindCall(call, scope));
  const route: RouteCall | null =
    node.route === undefined ? null : { kind: 'fixed', name: node.route, span: node.routeSpan ?? span };
  if (node.kind === 'async') {
    if (node.param !== undefined || (node.timeout !== undefined && node.timeout <= 0)) {
      const place = node.param?.span ?? span;
      scope.findings.add('KTS1055', place, 'the limit of async() must be a number of seconds, 1 or more');
      return null;
    }
    if (route === null) {
      scope.findings.add('KTS1055', span, 'async() must name the route that goes on', [
        'Write async(operation(…), ROUTE); with launch(operation(…)); the script goes on at once.',
      ]);
      return null;
    }
  }
  const bound = operations.filter((call) => call !== null);
  const [first] = bound;
  if (bound.length < operations.length || first === undefined) return null;
  if (node.kind === 'launch') {
    const param = node.param === undefined ? null : bindParam(node.param, scope);
    return { kind: 'launch', operation: first, report: route, param, span };
  }
  const limitMs = node.timeout === undefined ? null : node.timeout * 1000;
  return { kind: 'async', operations: bound, resume: route!, limitMs, span };
}

/** A parameter of a route: text may hold variables. */
function bindParam(param: Expr, scope: BindScope): BoundExpr | FormatText | null {
  return param.kind === 'string' ? bindFormat(param.value, param.span, scope) : bindExpr(param, scope);
}

function bindCondition(word: 'if' | 'while', condition: BoundExpr, scope: BindScope): BoundExpr {
  if (condition.kind === 'const') {
    scope.findings.add('KTS1042', condition.span, `constant value in ${word}(...)`);
  }
  if (condition.type === 'str') {
    if (word === 'if')
      scope.findings.add('KTS1043', condition.span, 'non-int expression (you might want to use casts)');
    else scope.findings.add('KTS1046', condition.span, 'the condition of while must be an integer, not a string');
  }
  return condition;
}

function bindSwitch(node: Switch, scope: BindScope): BoundStatement {
  const value = bindExpr(node.value, scope);
  if (node.cases.length === 0) scope.findings.add('KTS1047', node.span, 'empty switch()');
  const cases: BoundCase[] = [];
  const seen = new Map<string, Span>();
  let on: 'int' | 'str' | null = null;
  let defaults = 0;
  let firstDefault: Span | undefined;
  node.cases.forEach((c) => {
    const body = bindBlock(c.body, scope);
    if (c.label.kind === 'default') {
      firstDefault ??= c.span;
      if (++defaults > 1) {
        const related = [{ span: firstDefault, label: 'the first one is here' }];
        scope.findings.add('KTS1048', c.span, 'bad switch(): too many "default:" labels', undefined, related);
      }
      cases.push({ label: { kind: 'default' }, body });
      return;
    }
    const label = bindExpr(c.label.value, scope);
    if (label.kind !== 'const') {
      scope.findings.add('KTS1044', label.span, 'constant expected as case label');
      return;
    }
    const type = c.label.kind === 'regex' ? 'str' : label.type;
    if (on === null) on = type;
    else if (on !== type)
      scope.findings.add('KTS1044', label.span, 'type mismatch in case: labels must all be integers or all strings');
    if (c.label.kind === 'regex') {
      cases.push({ label: { kind: 'regex', pattern: `${label.value}` }, body });
      return;
    }
    const key = `${label.value}`;
    const same = seen.get(key);
    if (same === undefined) seen.set(key, label.span);
    else {
      const related = [{ span: same, label: 'the same label is here' }];
      scope.findings.add('KTS1045', label.span, `duplicate case ${key}`, undefined, related);
    }
    cases.push({
      label: type === 'int' ? { kind: 'int', value: label.value as number } : { kind: 'str', value: key },
      body,
    });
  });
  const first = node.cases[0];
  if (on === 'str' && first?.label.kind === 'default')
    scope.findings.add('KTS1045', first.span, 'a switch over strings cannot start with "default:"');
  if (defaults > 0 && seen.size === 0 && !cases.some((c) => c.label.kind === 'regex') && value.kind !== 'const') {
    scope.findings.add('KTS1045', node.span, 'a switch with nothing but "default:" is refused');
  }
  return { kind: 'switch', value, on: on ?? 'int', cases, span: node.span };
}
