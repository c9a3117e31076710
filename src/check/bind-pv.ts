import { type FormatPart, isPvError, type PvNode, parseFormat, parsePv } from '../../grammar/pv.js';
import type { Span } from '../../grammar/source.js';
import { isUpstreamTransformation, whoHasPv, whoHasTransformations } from './catalog.js';
import { MISSING_PV, MISSING_TRANSFORMATION } from './missing.js';
import type { FormatText, PvUse, TransformationUse } from './program.js';
import type { BindScope } from './scope.js';
import { didYouMean } from './suggest.js';

/** The part of a scope that pseudo-variables need; formats in module parameters are bound without a route. */
export type PvScope = Pick<BindScope, 'names' | 'findings' | 'notHere'>;

const MISSING = { module: null, def: MISSING_PV };

/** Binds a pseudo-variable token of the script. Null when it is not valid (reported). */
export function bindPvToken(text: string, span: Span, scope: PvScope): PvUse | null {
  return bindPvText(text, span, scope);
}

/** A text as messages quote it. */
function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Binds a text that is exactly one pseudo-variable. */
export function bindPvText(text: string, span: Span, scope: PvScope): PvUse | null {
  const node = parsePv(text);
  if (isPvError(node)) {
    scope.findings.add('KTS1031', span, `${shortened(text)}: ${node.error.message}`);
    return null;
  }
  return bindNode(node, span, scope);
}

/** Binds a format string. Null when something in it is not valid (reported). */
export function bindFormat(text: string, span: Span, scope: PvScope): FormatText | null {
  const parts = parseFormat(text);
  if (isPvError(parts)) {
    scope.findings.add('KTS1031', span, `"${shortened(text)}": ${parts.error.message}`);
    return null;
  }
  const bound: (string | PvUse)[] = [];
  let failed = false;
  for (const part of parts as readonly FormatPart[]) {
    if (typeof part === 'string') bound.push(part);
    else {
      const use = bindNode(part, span, scope);
      if (use) bound.push(use);
      else failed = true;
    }
  }
  return failed ? null : { text, parts: bound };
}

/** `%name`, `%f.name`: an AVP; the class prefix only told SER where to look. */
export function bindAttribute(text: string, span: Span, scope: PvScope): PvUse | null {
  return synthetic('%', text, attributeName(text), span, scope);
}

/** The name of the AVP that an attribute means. */
export function attributeName(text: string): string {
  return text.slice(1).replace(/^(?:f|t|fr|tr|fu|tu|fd|td|g)\./, '');
}

/** `@a.b.c`. */
export function bindSelect(path: string, span: Span, scope: PvScope): PvUse | null {
  return synthetic('@', `@${path}`, path, span, scope);
}

function synthetic(kind: '%' | '@', text: string, inner: string, span: Span, scope: PvScope): PvUse | null {
  const { module, def } = scope.names.pv(kind)!;
  return {
    text,
    name: kind,
    module,
    def,
    inner: { text: inner, parts: [inner] },
    index: { kind: 'none' },
    transformations: [],
    span,
  };
}

function bindNode(node: PvNode, span: Span, scope: PvScope): PvUse | null {
  const { findings, names } = scope;
  const owners = names.pv(node.name) ? [] : whoHasPv(node.name);
  const missing = owners.find((name) => scope.notHere.has(name));
  if (missing !== undefined) scope.notHere.use?.(missing, `$${node.name}`, span);
  const found = names.pv(node.name) ?? (missing === undefined ? undefined : MISSING);
  if (!found) {
    absentPv(node.name, owners, span, scope);
    return null;
  }
  const { def, module } = found;
  const refuse = (why: string): null => {
    findings.add('KTS1031', span, `${node.text}: ${why}`);
    return null;
  };
  if (def.inner === 'none' && node.inner !== null) return refuse(`$${node.name} takes no name in parentheses`);
  if (def.inner === 'required' && (node.inner === null || node.inner === ''))
    return refuse(`$${node.name} needs a name in parentheses`);
  if (!def.index && node.index !== null) return refuse(`pvar "${node.name}" does not get index param`);
  const inner = node.inner === null ? null : bindInner(node.inner, span, scope);
  const index = bindIndex(node, span, scope);
  const transformations = bindTransformations(node, span, scope);
  if (index === null || transformations === null) return null;
  return { text: node.text, name: node.name, module, def, inner, index, transformations, span };
}

/** Says why there is no pseudo-variable of that name; `owners` are upstream's modules that export it. */
function absentPv(name: string, owners: readonly string[], span: Span, { findings, names }: PvScope): void {
  const loaded = owners.map((owner) => names.module(owner)).find((m) => m !== undefined);
  if (loaded !== undefined && Object.hasOwn(loaded.pvs, name))
    findings.add('KTS1030', span, `Kamailio 5.6 has no pseudo-variable $${name}`, [
      `Module ${loaded.name} has it in 6.x.`,
    ]);
  else if (loaded !== undefined)
    findings.add('KTS1014', span, `pseudo-variable $${name} of module ${loaded.name} is not implemented yet`);
  else if (owners.length > 0)
    findings.add('KTS1035', span, `$${name} belongs to module ${owners.join(' or ')}, which is not loaded`);
  else {
    const meant = didYouMean(name, names.pvNames());
    findings.add('KTS1030', span, `unknown pseudo-variable $${name}`, meant ? [`Did you mean $${meant}?`] : undefined);
  }
}

/** The part in parentheses. Whether `$` in it means anything is the variable's business: a text that is no format is literal. */
function bindInner(text: string, span: Span, scope: PvScope): FormatText {
  if (!text.includes('$')) return { text, parts: [text] };
  const parts = parseFormat(text);
  if (isPvError(parts)) return { text, parts: [text] };
  const bound = (parts as readonly FormatPart[]).map((p) => (typeof p === 'string' ? p : bindNode(p, span, scope)));
  return bound.some((p) => p === null) ? { text, parts: [text] } : { text, parts: bound as (string | PvUse)[] };
}

function bindIndex(node: PvNode, span: Span, scope: PvScope): PvUse['index'] | null {
  const { index } = node;
  if (index === null) return { kind: 'none' };
  if (index === 'all') return { kind: 'all' };
  if (index.startsWith('$')) {
    const value = bindPvText(index, span, scope);
    return value && { kind: 'at', value };
  }
  const n = Number(index);
  if (index.trim() === '' || !Number.isInteger(n)) {
    scope.findings.add('KTS1031', span, `${node.text}: the index ${index} is not a number`);
    return null;
  }
  return { kind: 'at', value: n };
}

function bindTransformations(node: PvNode, span: Span, scope: PvScope): TransformationUse[] | null {
  const uses: TransformationUse[] = [];
  for (const t of node.transformations) {
    const operations = scope.names.transformationClass(t.cls);
    const name = `${t.cls}.${t.op}`;
    const owner = operations ? undefined : whoHasTransformations(t.cls);
    if (owner !== undefined && scope.notHere.has(owner)) {
      scope.notHere.use?.(owner, `{${name}}`, span);
      uses.push({ name, module: scope.names.core, def: MISSING_TRANSFORMATION, params: [] });
      continue;
    }
    if (!operations && owner !== undefined && scope.names.module(owner) === undefined) {
      scope.findings.add('KTS1036', span, `{${name}} belongs to module ${owner}, which is not loaded`);
      return null;
    }
    const found = operations?.get(t.op.toLowerCase());
    if (!found && isUpstreamTransformation(t.cls, t.op)) {
      const has = scope.names.module(owner ?? '')?.transformations[t.cls] ?? {};
      if (Object.keys(has).some((op) => op.toLowerCase() === t.op.toLowerCase()))
        scope.findings.add('KTS1034', span, `Kamailio 5.6 has no transformation {${name}}: ${node.text}`);
      else scope.findings.add('KTS1014', span, `transformation {${name}} is not implemented yet: ${node.text}`);
      return null;
    }
    if (!operations) {
      const meant = didYouMean(t.cls, scope.names.transformationClasses());
      scope.findings.add(
        'KTS1034',
        span,
        `unknown transformation class {${t.cls}.…} in ${node.text}`,
        meant ? [`Did you mean {${meant}.${t.op}}?`] : undefined,
      );
      return null;
    }
    if (!found) {
      const meant = didYouMean(t.op, operations.keys());
      scope.findings.add(
        'KTS1034',
        span,
        `unknown transformation {${name}} in ${node.text}`,
        meant ? [`Did you mean {${t.cls}.${meant}}?`] : undefined,
      );
      return null;
    }
    const { def, module } = found;
    const texts = def.separator === null ? (t.raw === '' ? [] : [t.raw]) : t.params;
    const [least, most] = def.params;
    if (texts.length < least || texts.length > most) {
      scope.findings.add(
        'KTS1034',
        span,
        `{${name}} in ${node.text} takes ${least === most ? least : `${least} to ${most}`} parameters, not ${texts.length}`,
      );
      return null;
    }
    const params: TransformationUse['params'][number][] = [];
    for (const text of texts) {
      if (!text.startsWith('$') || def.separator === null) {
        params.push({ kind: 'literal', text });
        continue;
      }
      const pv = bindPvText(text, span, scope);
      if (!pv) return null;
      params.push({ kind: 'pv', pv });
    }
    uses.push({ name, module, def, params });
  }
  return uses;
}
