import type { RouteBlock, Statement, TopLevel } from '../../../grammar/ast.js';
import { type ParseOptions, type ParseResult, parseConfig } from '../../../grammar/parse.js';

/** Parses a text that needs nothing from outside, or what `options` give. */
export function parse(text: string, options: Partial<ParseOptions> = {}): ParseResult {
  return parseConfig({ file: 'test.cfg', text, read: () => null, env: {}, cwd: '', ...options });
}

export const codes = (result: ParseResult): string[] => result.diagnostics.map(({ code }) => code);

/** Each finding as `CODE line:column`. */
export const places = (result: ParseResult): string[] =>
  result.diagnostics.map(({ code, span }) => `${code} ${span.at.line}:${span.at.column}`);

/** A tree without spans, for comparing. */
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !/span$/i.test(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, bare(inner)]));
}

/** The items of a config that must be without errors. */
export function items(text: string, options: Partial<ParseOptions> = {}): readonly TopLevel[] {
  const result = parse(text, options);
  if (result.diagnostics.length > 0) throw new Error(result.diagnostics.map(({ title }) => title).join('\n'));
  return result.ast.items;
}

/** The statements of a request route with this body. */
export function body(text: string, options: Partial<ParseOptions> = {}): readonly Statement[] {
  const block = items(`#!KAMAILIO\nrequest_route {\n${text}\n}\n`, options).find(
    (item): item is RouteBlock => item.kind === 'route-block',
  );
  return block!.body;
}

/** An expression as text with all parentheses. */
export function shape(expr: unknown): string {
  const e = expr as Record<string, never> & { kind: string };
  switch (e.kind) {
    case 'int':
      return String(e.value);
    case 'string':
      return JSON.stringify(e.value);
    case 'pv':
    case 'attribute':
      return e.text;
    case 'select':
      return `@${e.path}`;
    case 'word':
      return e.value;
    case 'unary':
      return `(${e.op} ${shape(e.operand)})`;
    case 'binary':
      return `(${shape(e.left)} ${e.op} ${shape(e.right)})`;
    case 'call':
      return `${e.name}${e.bare ? '' : `(${(e.args as unknown[]).map(shape).join(', ')})`}`;
    case 'comparison':
      return `<${e.subject} ${e.op} ${shape(e.right)}>`;
    case 'expr':
      return shape(e.value);
    case 'assign-expr':
      return `(${shape((e.assign as { target: unknown }).target)} = ${shape((e.assign as { value: unknown }).value)})`;
    case 'block-expr':
      return `{${(e.body as unknown[]).length}}`;
    default:
      return e.kind;
  }
}

/** The shape of the right side of `$var(r) = …`. */
export function expression(text: string): string {
  const statement = body(`$var(r) = ${text};`)[0]!;
  if (statement.kind !== 'assign') throw new Error(statement.kind);
  return shape(statement.value);
}
