import type { Argument, Call } from '../../grammar/ast.js';
import type { Span } from '../../grammar/source.js';
import type { Arg, LiteralKind } from '../registry/arguments.js';
import type { FunctionDef, ModuleDef } from '../registry/module.js';
import { routeMask } from '../script/route-kind.js';
import { bindExpr } from './bind-expr.js';
import * as pvs from './bind-pv.js';
import { takesLiteralsOnly, whoHasFunction } from './catalog.js';
import { missingFunction } from './missing.js';
import type { BoundArg, BoundCall, BoundExpr, FormatText, PvUse } from './program.js';
import type { BindScope } from './scope.js';
import { didYouMean, guessed } from './suggest.js';

/** Resolves a call by name, argument count and route kind, and binds its arguments. Null when refused (reported). */
export function bindCall(node: Call, scope: BindScope): BoundCall | null {
  const candidates = scope.names.functions(node.name);
  if (candidates.length === 0) return missingCall(node, scope);
  const entry = candidates.find((c) => takes(c.def, node.args.length));
  if (!entry) {
    const counts = [...new Set(candidates.flatMap((c) => arities(c.def)))].sort((a, b) => a - b);
    scope.findings.add(
      'KTS1021',
      node.nameSpan,
      `${node.name} does not take ${node.args.length} argument${node.args.length === 1 ? '' : 's'}`,
      [`It takes ${counts.join(' or ')}.`],
    );
    return null;
  }
  const allowed = candidates
    .filter((c) => takes(c.def, node.args.length))
    .find((c) => routeMask(c.def.routes) & scope.block.mask);
  if (!allowed) {
    scope.findings.add('KTS1022', node.nameSpan, `${node.name} cannot be used in ${scope.block.name}`, [
      `It is allowed in: ${entry.def.routes.join(', ')}.`,
    ]);
    return null;
  }
  const { def, module } = allowed;
  const args: BoundArg[] = [];
  let failed = false;
  def.args.forEach((arg, i) => {
    const given = node.args[i];
    const bound: BoundArg | null =
      given === undefined
        ? { kind: 'absent' }
        : bindArgument(arg, given, def, module, node.args.length, node.name, scope);
    if (bound) args.push(bound);
    else failed = true;
  });
  if (failed) return null;
  const { at } = node.span;
  const site = { file: at.file, line: at.line, column: at.column, route: scope.block.name };
  const core = module === scope.names.core;
  return { name: node.name, module, def: asUsed(def, args, module, scope), args, site, core, span: node.span };
}

/** The definition as this call uses it: one that cannot wait with these arguments costs its route nothing. */
function asUsed(
  def: FunctionDef<unknown>,
  args: readonly BoundArg[],
  module: ModuleDef,
  scope: BindScope,
): FunctionDef<unknown> {
  if (def.suspendsWhen === undefined) return def;
  const mayWait = def.suspendsWhen(args.map(literalOf), scope.settingsOf(module), scope.settingsOf);
  return mayWait ? def : { ...def, suspends: false };
}

function literalOf(arg: BoundArg): string | undefined {
  if (arg.kind === 'const') return typeof arg.value === 'string' ? arg.value : undefined;
  if (arg.kind !== 'format' || arg.format.parts.some((part) => typeof part !== 'string')) return undefined;
  return arg.format.parts.join('');
}

function arities(def: FunctionDef<unknown>): number[] {
  const most = def.args.length;
  const least = def.args.filter((a) => !a.optional).length;
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

function takes(def: FunctionDef<unknown>, n: number): boolean {
  return n <= def.args.length && n >= def.args.filter((a) => !a.optional).length;
}

/** A call of a function that is not here: an error, or a logged failure when its module is known to be missing. */
function missingCall(node: Call, scope: BindScope): BoundCall | null {
  const owners = whoHasFunction(node.name);
  const missing = owners.find((name) => scope.notHere.has(name));
  if (missing !== undefined) {
    scope.notHere.use?.(missing, `function ${node.name}`, node.nameSpan);
    const { at } = node.span;
    const site = { file: at.file, line: at.line, column: at.column, route: scope.block.name };
    const def = missingFunction(node.name, missing);
    return { name: node.name, module: scope.names.core, def, args: [], site, core: false, span: node.span };
  }
  const loaded = owners.map((name) => scope.names.module(name)).find((m) => m !== undefined);
  if (loaded !== undefined) {
    // The only functions of a loaded module that have no entry although they are here are those that 5.6 lacks.
    if (Object.hasOwn(loaded.functions, node.name))
      scope.findings.add('KTS1020', node.nameSpan, `Kamailio 5.6 has no function ${node.name}`, [
        `Module ${loaded.name} has it in 6.x.`,
      ]);
    else {
      const title = `function ${node.name} of module ${loaded.name} is not implemented yet`;
      scope.findings.add('KTS1014', node.nameSpan, title);
    }
    return null;
  }
  if (owners.length > 0) {
    scope.findings.add(
      'KTS1026',
      node.nameSpan,
      `${node.name} is not known here: it belongs to module ${owners.join(' or ')}, which is not loaded`,
    );
    return null;
  }
  const meant = didYouMean(node.name, scope.names.functionNames());
  scope.findings.add(
    'KTS1020',
    node.nameSpan,
    `unknown function ${node.name}`,
    meant ? [`Did you mean ${meant}?`] : undefined,
    undefined,
    meant ? guessed(meant) : undefined,
  );
  return null;
}

/** A literal's text and how it may be read, or the expression that gives the argument at run time. */
type Given =
  | { readonly kind: 'literal'; readonly text: string; readonly type: LiteralKind; readonly span: Span }
  | { readonly kind: 'computed'; readonly value: BoundExpr; readonly span: Span };

function classify(node: Argument, name: string, scope: BindScope): Given | null {
  if (node.kind === 'word') return { kind: 'literal', text: node.value, type: 'word', span: node.span };
  const inner = findModuleCall(node);
  if (inner && !scope.names.functions(inner.name).every((c) => c.module === scope.names.core)) {
    scope.findings.add('KTS1025', inner.span, `function ${inner.name} used inside the parameters of ${name}`, [
      'Call it in a statement of its own and pass what it leaves.',
    ]);
    return null;
  }
  const value = bindExpr(node, scope);
  if (value.kind === 'const') return { kind: 'literal', text: `${value.value}`, type: value.type, span: node.span };
  return { kind: 'computed', value, span: node.span };
}

function findModuleCall(node: Argument): Call | null {
  if (node.kind === 'call')
    return node.name === 'route' || node.name === 'strlen' || node.name === 'strempty' || node.name === 'selval'
      ? null
      : node;
  if (node.kind === 'binary') return findModuleCall(node.left) ?? findModuleCall(node.right);
  if (node.kind === 'unary') return findModuleCall(node.operand);
  return null;
}

/** What an expression in place of a literal is made into when the call runs; the kinds left out take none. */
const AT_RUN_TIME: Readonly<Partial<Record<Arg<unknown>['kind'], 'text' | 'int' | 'value' | 'regex' | 'static'>>> = {
  text: 'text',
  'literal-text': 'text',
  int: 'int',
  'literal-int': 'int',
  value: 'value',
  regex: 'regex',
  static: 'static',
};

function bindArgument(
  arg: Arg<unknown>,
  node: Argument,
  def: FunctionDef<unknown>,
  owner: ModuleDef,
  count: number,
  name: string,
  scope: BindScope,
): BoundArg | null {
  const refuse = (title: string, span: Span, note?: string): null => {
    scope.findings.add('KTS1023', span, title, note ? [note] : undefined);
    return null;
  };
  const literalOnly =
    takesLiteralsOnly(owner.name, name, count, scope.compat) ?? (def.literalOnly || arg.kind.startsWith('literal-'));
  if ((arg.kind === 'pv' || arg.kind === 'pv-writable') && node.kind === 'pv' && !literalOnly)
    return bindPvArgument(arg, node.text, node.span, name, scope);
  // `setavpflag($f.name, flag)`: the attribute itself is meant, not its value.
  if (arg.kind === 'literal-text' && node.kind === 'attribute' && owner === scope.names.core)
    return { kind: 'const', value: pvs.attributeName(node.text) };
  const given = classify(node, name, scope);
  if (!given) return null;
  const { span } = given;
  if (given.kind === 'computed') {
    const to = owner === scope.names.core && arg.kind === 'static' ? undefined : AT_RUN_TIME[arg.kind];
    if (literalOnly || to === undefined) {
      scope.findings.add('KTS1024', span, `function ${name}: parameter ${arg.name} is not constant`, [
        arg.kind === 'text' || arg.kind === 'pv' || arg.kind === 'pv-writable'
          ? 'Write it as a string with the variable inside: "$var(x)".'
          : 'Only a literal is taken here.',
      ]);
      return null;
    }
    if (to === 'static') return { kind: 'static-expr', value: given.value, arg };
    return { kind: 'expr', value: given.value, to };
  }
  const { text } = given;
  switch (arg.kind) {
    case 'literal-text':
      return { kind: 'const', value: text };
    case 'literal-int': {
      const n = toInt(text);
      return n === null
        ? refuse(`${name}: ${arg.name} must be a number, not "${text}"`, span)
        : { kind: 'const', value: n };
    }
    case 'enum':
      if (arg.words?.includes(text)) return { kind: 'const', value: text };
      return refuse(`${name}: ${arg.name} must be one of ${arg.words?.join(', ')}, not "${text}"`, span);
    case 'regex':
      return { kind: 'regex', pattern: text };
    case 'static':
      return { kind: 'static', text, literal: given.type, core: owner === scope.names.core, arg, span };
    case 'pv':
    case 'pv-writable':
      return bindPvArgument(arg, text, span, name, scope);
    case 'route': {
      const table = arg.table ?? 'main';
      if (!text.includes('$')) {
        scope.routesNamed.push({ table, name: text, span });
        return { kind: 'route', table, name: text, span };
      }
      const format = bindFormat(text, span, scope);
      return format && { kind: 'route-format', table, format };
    }
    case 'int': {
      const n = toInt(text);
      if (n !== null) return { kind: 'const', value: n };
      const format = text.includes('$') ? bindFormat(text, span, scope) : null;
      if (format?.parts.length === 1 && typeof format.parts[0] === 'object')
        return { kind: 'pv-int', pv: format.parts[0] };
      if (format) return { kind: 'format', format, to: 'int' };
      return text.includes('$')
        ? null
        : refuse(`${name}: ${arg.name} must be a number or a variable, not "${text}"`, span);
    }
    case 'value': {
      if (given.type === 'int') return { kind: 'const', value: Number(text) };
      if (!text.includes('$')) {
        if (!arg.numeric || toInt(text) !== null) return { kind: 'const', value: text };
        return refuse(`${name}: ${arg.name} must be a number or a variable, not "${text}"`, span);
      }
      const format = bindFormat(text, span, scope);
      if (!format) return null;
      if (format.parts.length === 1 && typeof format.parts[0] === 'object')
        return { kind: 'pv-value', pv: format.parts[0] };
      return { kind: 'format', format, to: 'text' };
    }
    case 'text': {
      if (!text.includes('$')) return { kind: 'const', value: text };
      const format = bindFormat(text, span, scope);
      if (!format) return null;
      return format.parts.every((p) => typeof p === 'string')
        ? { kind: 'const', value: format.parts.join('') }
        : { kind: 'format', format, to: 'text' };
    }
  }
}

function bindPvArgument(arg: Arg<unknown>, text: string, span: Span, name: string, scope: BindScope): BoundArg | null {
  const pv = bindPvText(text, span, scope);
  if (!pv) return null;
  if (arg.kind === 'pv-writable' && (!pv.def.writable || pv.transformations.length > 0)) {
    scope.findings.add(
      'KTS1032',
      span,
      `${name}: ${arg.name} must be a variable that can be assigned; ${pv.text} is read-only`,
    );
    return null;
  }
  return { kind: 'pv', pv };
}

function toInt(text: string): number | null {
  return /^(?:[+-]?\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : null;
}

const bindFormat = (text: string, span: Span, scope: BindScope): FormatText | null =>
  scope.findings.duringStart(() => pvs.bindFormat(text, span, scope));

const bindPvText = (text: string, span: Span, scope: BindScope): PvUse | null =>
  scope.findings.duringStart(() => pvs.bindPvText(text, span, scope));
