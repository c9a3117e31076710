import { type UpstreamForm, upstreamForms, upstreamParam, upstreamPv } from '../check/signatures.js';
import { findCoreParam } from '../registry/core-params.js';
import type { FunctionDef, ParamDef } from '../registry/module.js';
import type { Knowledge, KnownFunction, KnownPv, KnownTransformation } from './knowledge.js';

/** Texts in Markdown about what a config can name, from the manifests and from upstream's catalog. */

const code = (text: string): string => `\`\`\`kamailio\n${text}\n\`\`\``;
const lines = (...parts: readonly (string | null | undefined | false)[]): string =>
  parts.filter((p) => typeof p === 'string' && p !== '').join('\n\n');
const NOT_HERE = 'Known upstream; not implemented in kts yet.';
const from = (module: string | null): string => (module === null ? 'core' : `module \`${module}\``);

/** `name(a, [b])` for each form of a function. */
export function signatures({
  name,
  module,
  defs,
}: KnownFunction): readonly { label: string; args: readonly string[] }[] {
  if (defs.length > 0)
    return defs.map((d) =>
      labelled(
        name,
        d.args.map((a) => (a.optional ? `[${a.name}]` : a.name)),
      ),
    );
  return upstreamForms(module, name).map(({ args }) => labelled(name, args ?? ['…']));
}

function labelled(name: string, args: readonly string[]): { label: string; args: readonly string[] } {
  return { label: `${name}(${args.join(', ')})`, args };
}

/** Everything about a function. */
export function functionDoc(known: KnownFunction): string {
  const { name, module, defs } = known;
  const heads = code(
    signatures(known)
      .map((s) => s.label)
      .join('\n') || `${name}()`,
  );
  if (defs.length === 0) {
    const forms = upstreamForms(module, name);
    return lines(heads, `${from(module)}. ${NOT_HERE}`, allowedIn(forms));
  }
  return lines(heads, ...defs.map(formDoc), from(module));
}

function formDoc(def: FunctionDef<unknown>): string {
  const args = def.args.map(
    (a) =>
      `- \`${a.name}\`${a.optional ? ' (optional)' : ''}: ${[a.doc, a.words?.map((w) => `\`${w}\``).join(', ')].filter((t) => t).join(' ') || KINDS[a.kind]}`,
  );
  const returns = Object.entries(def.returns ?? {}).map(([value, meaning]) => `- returns \`${value}\`: ${meaning}`);
  const facts = [
    `Allowed in ${def.routes.join(', ')}.`,
    def.suspends && 'May wait: other messages go on meanwhile.',
    def.literalOnly && 'Takes literals only.',
    def.since && 'Not in 5.6.',
  ].filter((t) => t);
  return lines(def.doc, [...args, ...returns].join('\n'), facts.join(' '), def.example && code(def.example.trim()));
}

const KINDS: Readonly<Record<string, string>> = {
  text: 'a text, pseudo-variables are expanded',
  int: 'a number, or a pseudo-variable that holds one',
  value: 'any value',
  pv: 'a pseudo-variable',
  'pv-writable': 'a pseudo-variable that can be assigned',
  regex: 'a POSIX extended regular expression',
  static: 'a literal',
  'literal-text': 'a literal text',
  'literal-int': 'a literal number',
  enum: 'one of some words',
  route: 'the name of a route block',
};

function allowedIn(forms: readonly UpstreamForm[]): string {
  const routes = [...new Set(forms.flatMap((f) => f.routes))];
  return routes.length > 0 ? `Allowed in ${routes.join(', ')}.` : '';
}

/** A pseudo-variable: what it is, how it is written. */
export function pvDoc({ name, module, def }: KnownPv): string {
  if (def === null) {
    const facts = module === null ? [] : upstreamPv(module, name);
    const takes = facts.includes('class') ? '(name)' : '';
    const writable = facts.includes('writable') ? ' Can be assigned.' : '';
    return lines(code(`$${name}${takes}`), `${from(module)}. ${NOT_HERE}${writable}`);
  }
  const inner = def.inner === 'required' ? '(name)' : def.inner === 'optional' ? '[(name)]' : '';
  const facts = [
    def.writable ? 'Can be assigned.' : 'Read-only.',
    def.index && `Takes an index: \`$(${name}${def.inner === 'none' ? '' : '(name)'}[0])\`.`,
    def.since && 'Not in 5.6.',
  ].filter((t) => t);
  return lines(code(`$${name}${inner}`), def.doc, facts.join(' '), from(module));
}

export function transformationDoc({ cls, op, module, def }: KnownTransformation): string {
  if (def === null) return lines(code(`{${cls}.${op}}`), `${from(module)}. ${NOT_HERE}`);
  const [least, most] = def.params;
  const takes =
    most === 0
      ? ''
      : least === most
        ? `Takes ${least}`
        : `Takes ${least} to ${most === Number.POSITIVE_INFINITY ? 'any number of' : most}`;
  const params = takes && `${takes} parameter${most === 1 ? '' : 's'}.`;
  return lines(
    code(`{${cls}.${op}${most > 0 ? ',…' : ''}}`),
    def.doc,
    params,
    def.since && 'Not in 5.6.',
    from(module),
  );
}

export function moduleDoc(name: string, knowledge: Knowledge): string {
  const def = knowledge.module(name);
  if (!def) return lines(`**module ${name}**`, NOT_HERE);
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  const parts = [
    count(Object.keys(def.functions).length, 'function'),
    count(Object.keys(def.params).length, 'parameter'),
    count(Object.keys(def.pvs).length, 'pseudo-variable'),
  ];
  const needs = def.depends.length > 0 ? `Needs ${def.depends.map((d) => `\`${d}\``).join(', ')}.` : '';
  return lines(`**module ${name}**`, def.doc, `${parts.join(', ')}. ${needs}`);
}

/** A module parameter; `def` is null when it is only upstream. */
export function paramDoc(module: string, name: string, def: ParamDef | null): string {
  if (def === null) {
    const upstream = upstreamParam(module, name);
    if (!upstream) return '';
    const type = TYPES[upstream.type] ?? upstream.type;
    const value = upstream.default === null || upstream.default === 'NULL' ? '' : `, default \`${upstream.default}\``;
    return lines(code(`modparam("${module}", "${name}", …)`), `${type}${value}. ${NOT_HERE}`);
  }
  const type = def.type === 'list' ? `${def.value}, repeatable` : def.type;
  const value = def.type === 'list' || def.default === null ? '' : `, default \`${JSON.stringify(def.default)}\``;
  const bounds =
    def.type === 'int'
      ? [def.min !== undefined && `at least ${def.min}`, def.max !== undefined && `at most ${def.max}`]
      : [];
  return lines(
    code(`modparam("${module}", "${name}", …)`),
    [`${type}${value}`, ...bounds].filter((t) => t).join(', '),
    def.doc,
    def.noEffect && `No effect here: ${def.noEffect}`,
  );
}

const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'int',
  func: 'repeatable',
  'str|int': 'int|string',
};

/** A parameter of the core; undefined when there is none of that name. */
export function coreParamDoc(name: string): string | undefined {
  const found = findCoreParam(name);
  if (!found) return undefined;
  const { def } = found;
  const type = def.type === 'int' && def.bool ? 'yes or no' : def.type;
  const value = def.default === null ? '' : `, default \`${def.default}\``;
  const alias = found.name === name ? '' : `Another name of \`${found.name}\`.`;
  return lines(code(`${name} = …`), `core parameter: ${type}${value}`, alias);
}
