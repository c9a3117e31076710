import type { ConfigFile } from '../../grammar/ast.js';
import { type FormatPart, isPvError, type PvNode, parseFormat, parsePv } from '../../grammar/pv.js';
import type { Span } from '../../grammar/source.js';
import { whoHasPv } from '../check/catalog.js';
import { coreModule } from '../core/module.js';

/** What a config can use of the server, as a person names it. */
export type UseKind = 'module' | 'function' | 'param' | 'pv' | 'transformation' | 'core-param' | 'event-route';

/** One thing that a config uses, and everywhere it does. */
export interface Use {
  readonly kind: UseKind;
  readonly name: string;
  /** Of module parameters: what the first argument of modparam says. */
  readonly module?: string;
  readonly places: readonly { readonly file: string; readonly line: number }[];
}

/** Lists what a config uses in any of its readings, in the order of first use. Knows no module: names are as written. */
export function usesOf(readings: readonly ConfigFile[]): readonly Use[] {
  const uses = new Uses();
  for (const item of readings.flatMap((ast) => ast.items)) {
    switch (item.kind) {
      case 'loadmodule':
        uses.add('module', moduleName(item.module), item.span);
        break;
      case 'modparam':
        for (const module of item.module.split('|')) uses.add('param', item.param, item.paramSpan, module);
        if (typeof item.value.value === 'string') uses.format(item.value.value, item.value.span, true);
        break;
      case 'core-param':
        // The engine that runs the routes of a config; others run scripts in other languages.
        if (item.name === 'cfgengine' && /^(?:native|default)$/.test(`${item.value.value}`)) break;
        uses.add('core-param', item.name, item.nameSpan);
        if (typeof item.value.value === 'string') uses.format(item.value.value, item.value.span, true);
        break;
      case 'route-block':
        if (item.route === 'event_route') uses.add('event-route', item.name, item.nameSpan);
        uses.walk(item.body);
        break;
    }
  }
  return uses.list();
}

/** The name a module is known by: `loadmodule "/path/to/tm.so"` loads `tm`. */
function moduleName(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1).replace(/\.so$/, '');
}

/** Words with parentheses that are no functions. */
const NOT_CALLED: ReadonlySet<string> = new Set(['route', 'strlen', 'strempty', 'selval']);

class Uses {
  readonly #all = new Map<string, { use: Use; places: { file: string; line: number }[]; seen: Set<string> }>();

  add(kind: UseKind, name: string, { at }: Span, module?: string): void {
    const key = `${kind} ${module ?? ''} ${name}`;
    let entry = this.#all.get(key);
    if (!entry) {
      const places: { file: string; line: number }[] = [];
      entry = { use: { kind, name, module, places }, places, seen: new Set() };
      this.#all.set(key, entry);
    }
    const place = `${at.file}:${at.line}`;
    if (entry.seen.has(place)) return;
    entry.seen.add(place);
    entry.places.push({ file: at.file, line: at.line });
  }

  list(): readonly Use[] {
    return [...this.#all.values()].map((e) => e.use);
  }

  /** Everything below a node of the tree: nodes are plain objects, and only spans hold none. */
  walk(node: unknown): void {
    if (Array.isArray(node)) {
      for (const part of node) this.walk(part);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { kind, span } = node as { readonly kind?: string; readonly span?: Span };
    const { name, nameSpan, text, value } = node as Record<string, unknown>;
    if (kind === 'call' && !NOT_CALLED.has(name as string)) this.add('function', name as string, nameSpan as Span);
    else if (kind === 'pv') this.#pv(parsePv(text as string), span!, false);
    else if (kind === 'string') this.format(value as string, span!, true);
    for (const [key, part] of Object.entries(node)) {
      if (key !== 'span' && key !== 'nameSpan' && typeof part === 'object') this.walk(part);
    }
  }

  /** The pseudo-variables of a text. It may be no format (`guess`): then only names that exist somewhere count. */
  format(text: string, span: Span, guess: boolean): void {
    if (!text.includes('$')) return;
    const parts = parseFormat(text);
    if (isPvError(parts)) return;
    for (const part of parts as readonly FormatPart[]) if (typeof part !== 'string') this.#pv(part, span, guess);
  }

  #pv(node: ReturnType<typeof parsePv> | PvNode, span: Span, guess: boolean): void {
    if (isPvError(node)) return;
    if (guess && whoHasPv(node.name).length === 0 && !Object.hasOwn(coreModule.pvs, node.name)) return;
    this.add('pv', node.name, span);
    if (node.inner !== null) this.format(node.inner, span, guess);
    for (const t of node.transformations) {
      this.add('transformation', `${t.cls}.${t.op}`, span);
      for (const param of t.params) if (param.trim().startsWith('$')) this.format(param.trim(), span, guess);
    }
  }
}
