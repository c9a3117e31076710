import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  InsertTextFormat,
  MarkupKind,
  type Position,
  type Range,
} from 'vscode-languageserver';
import type { RouteBlockKind } from '../../../grammar/ast.js';
import { mayHold } from '../../check/bind.js';
import type { RouteTable } from '../../registry/arguments.js';
import { CORE_PARAM_ALIASES, CORE_PARAMS, findCoreParam } from '../../registry/core-params.js';
import { type CursorPlace, placeAt } from '../cursor.js';
import { coreParamDoc, functionDoc, moduleDoc, paramDoc, pvDoc, signatures, transformationDoc } from '../docs.js';
import { type KnownFunction, preferred } from '../knowledge.js';
import { NAMED_BY_ARGUMENT, NAMED_BY_PV, type NameKind, ROUTE_BY_ARGUMENT } from '../namings.js';
import { BLOCK_WORDS, type FileOutline } from '../outline.js';
import { DIRECTIVES } from '../pieces.js';
import type { Workspace } from '../workspace.js';
import { SECTION_WORDS, STATEMENT_WORDS, snippet, withoutHoles } from './snippets.js';

/** What an item is about, so that its text is made only for the one that is looked at. */
export type ItemAbout =
  | { readonly about: 'function'; readonly name: string; readonly module: string | null }
  | { readonly about: 'pv'; readonly name: string; readonly module: string | null }
  | { readonly about: 'transformation'; readonly cls: string; readonly op: string }
  | { readonly about: 'module'; readonly name: string }
  | { readonly about: 'param'; readonly module: string; readonly name: string }
  | { readonly about: 'core-param'; readonly name: string };

interface Draft {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** What is inserted, with holes; the label when absent. */
  readonly insert?: string;
  readonly detail?: string;
  readonly about?: ItemAbout;
  /** What fits best comes first. */
  readonly rank?: number;
  readonly absent?: boolean;
}

const K = CompletionItemKind;

/** Longest list that is sent. */
const MAX_ITEMS = 2_000;

/** What can be written at a position. */
export function complete(workspace: Workspace, path: string, position: Position, snippets: boolean): CompletionItem[] {
  const outline = workspace.outline(path);
  if (!outline) return [];
  const offset = outline.text.offset(position);
  const place = placeAt(outline, offset);
  const range = outline.text.range(place.start, offset);
  const drafts = draftsFor(workspace, path, outline, place);
  return drafts.slice(0, MAX_ITEMS).map((d) => itemOf(d, range, snippets));
}

function itemOf(d: Draft, range: Range, snippets: boolean): CompletionItem {
  const { insert = d.label } = d;
  const holes = insert.includes('<');
  return {
    label: d.label,
    kind: d.kind,
    detail: d.detail,
    sortText: `${d.rank ?? 5}${d.label}`,
    filterText: d.label,
    insertTextFormat: holes && snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: holes ? (snippets ? snippet(insert) : withoutHoles(insert)) : insert },
    data: d.about,
    tags: d.absent ? [CompletionItemTag.Deprecated] : undefined,
  };
}

/** Adds the text of an item that an editor shows. */
export function resolveItem(workspace: Workspace, item: CompletionItem): CompletionItem {
  const value = documentationOf(workspace, item.data as ItemAbout | undefined);
  return value ? { ...item, documentation: { kind: MarkupKind.Markdown, value } } : item;
}

function documentationOf({ knowledge }: Workspace, of: ItemAbout | undefined): string | undefined {
  switch (of?.about) {
    case 'function': {
      const known = knowledge.functions.get(of.name)?.find((f) => f.module === of.module);
      return known && functionDoc(known);
    }
    case 'pv': {
      const known = knowledge.pvs.get(of.name)?.find((v) => v.module === of.module);
      return known && pvDoc(known);
    }
    case 'transformation': {
      const known = knowledge.transformations.get(of.cls)?.get(of.op.toLowerCase());
      return known && transformationDoc(known);
    }
    case 'module':
      return moduleDoc(of.name, knowledge);
    case 'param':
      return paramDoc(of.module, of.name, knowledge.params(of.module).get(of.name) ?? null);
    case 'core-param':
      return coreParamDoc(of.name);
    case undefined:
      return undefined;
  }
}

function draftsFor(workspace: Workspace, path: string, outline: FileOutline, place: CursorPlace): readonly Draft[] {
  switch (place.kind) {
    case 'nothing':
      return [];
    case 'directive':
      return DIRECTIVES.map((word) => ({ label: `#!${word}`, kind: K.Keyword }));
    case 'define':
      return names(workspace, path, 'define', K.Constant);
    case 'pv':
      return pvs(workspace, path);
    case 'pv-inner': {
      const kind = Object.hasOwn(NAMED_BY_PV, place.pv) ? NAMED_BY_PV[place.pv] : undefined;
      return kind ? names(workspace, path, kind, K.Variable) : [];
    }
    case 'transformation-class':
      return [...workspace.knowledge.transformations].map(([cls, ops]) => ({
        label: cls,
        kind: K.Class,
        detail: [...ops.values()][0]?.module,
      }));
    case 'transformation':
      return transformations(workspace, place.cls);
    case 'module':
      return modules(workspace);
    case 'argument':
      return argument(workspace, path, outline, place);
    case 'route-name':
      return place.word === 'event_route' ? eventRoutes(workspace, path) : undefinedRoutes(workspace, path, place.word);
    case 'statement':
      return [
        ...STATEMENT_WORDS,
        ...functions(workspace, path, outline, place.start),
        ...names(workspace, path, 'define', K.Constant),
      ];
    case 'param-value':
      return paramValues(place.param);
    case 'top':
      return [...SECTION_WORDS, ...coreParams()];
  }
}

function names(
  workspace: Workspace,
  path: string,
  kind: NameKind,
  as: CompletionItemKind,
  table?: RouteTable,
): Draft[] {
  return workspace.names(path, kind, table).map((label) => ({ label, kind: as, rank: 1, detail: kind }));
}

function pvs(workspace: Workspace, path: string): Draft[] {
  const loaded = workspace.loadedModules(path);
  return [...workspace.knowledge.pvs].flatMap(([name, all]) => {
    const known = preferred(all, loaded)!;
    if (!/^[A-Za-z_?]/.test(name)) return [];
    const inner = known.def?.inner === 'required';
    return {
      label: name,
      kind: K.Variable,
      insert: inner ? `${name}(<name>)` : name,
      detail: known.module ?? 'core',
      rank: known.module === null || loaded.has(known.module) ? 2 : 7,
      absent: known.def === null,
      about: { about: 'pv', name, module: known.module },
    } satisfies Draft;
  });
}

function transformations(workspace: Workspace, cls: string): Draft[] {
  return [...(workspace.knowledge.transformations.get(cls)?.values() ?? [])].map((t) => ({
    label: t.op,
    kind: K.Method,
    detail: t.module,
    absent: t.def === null,
    about: { about: 'transformation', cls, op: t.op },
  }));
}

function modules({ knowledge }: Workspace): Draft[] {
  return knowledge.moduleNames.map((name) => {
    const def = knowledge.module(name);
    return {
      label: `${name}.so`,
      kind: K.Module,
      detail: def ? def.doc : 'not implemented in kts yet',
      rank: def ? 2 : 7,
      about: { about: 'module', name },
    };
  });
}

/** Functions, those first that can be called where the cursor is. */
function functions(workspace: Workspace, path: string, outline: FileOutline, offset: number): Draft[] {
  const loaded = workspace.loadedModules(path);
  const block = outline.routes.findLast((r) => r.start < offset)?.word as RouteBlockKind | undefined;
  const fits = ({ defs }: KnownFunction): boolean =>
    block === undefined || defs.length === 0 || defs.some((d) => mayHold(block, d.routes));
  return [...workspace.knowledge.functions].map(([name, all]) => {
    const known = preferred(all, loaded)!;
    const isLoaded = known.module === null || loaded.has(known.module);
    return {
      label: name,
      kind: K.Function,
      insert: callSnippet(known),
      detail: known.module ?? 'core',
      rank: !isLoaded ? 7 : fits(known) ? 2 : 6,
      absent: known.defs.length === 0 && known.module !== null,
      about: { about: 'function', name, module: known.module },
    };
  });
}

/** `t_reply("${1:code}", "${2:reason}")`: the arguments that must be given. */
function callSnippet(known: KnownFunction): string {
  const def = known.defs[0];
  const args = def
    ? def.args.filter((a) => !a.optional).map((a) => a.name)
    : (signatures(known)[0]?.args ?? []).map((a) => a.replace(/[^\w|:-]/g, ''));
  return `${known.name}(${args.map((a) => `"<${a}>"`).join(', ')})`;
}

function argument(
  workspace: Workspace,
  path: string,
  outline: FileOutline,
  { call: { name, arg, open }, quoted, start }: Extract<CursorPlace, { readonly kind: 'argument' }>,
): readonly Draft[] {
  if (name === 'route')
    return names(workspace, path, 'route', K.Function, 'main').map((d) => (quoted ? d : quotedIfNeeded(d)));
  if (name === 'loadmodule' || name === 'loadmodulex') return arg === 0 ? modules(workspace) : [];
  if (name === 'modparam' || name === 'modparamx') {
    if (!quoted) return [];
    if (arg === 0) return [...workspace.loadedModules(path)].map((label) => ({ label, kind: K.Module, rank: 1 }));
    return arg === 1 ? params(workspace, outline, open) : [];
  }
  if (Object.hasOwn(ROUTE_BY_ARGUMENT, name) && ROUTE_BY_ARGUMENT[name] === arg)
    return quotes(names(workspace, path, 'route', K.Function, 'main'), quoted);
  const naming = Object.hasOwn(NAMED_BY_ARGUMENT, name) ? NAMED_BY_ARGUMENT[name] : undefined;
  if (naming?.arg === arg) return names(workspace, path, naming.kind, K.Variable);
  const def = workspace.knowledge.functions
    .get(name)
    ?.flatMap((f) => f.defs)
    .find((d) => d.args[arg] !== undefined);
  const declared = def?.args[arg];
  if (declared?.kind === 'route')
    return quotes(names(workspace, path, 'route', K.Function, declared.table ?? 'main'), quoted);
  if (declared?.kind === 'enum')
    return quotes(
      (declared.words ?? []).map((label) => ({ label, kind: K.EnumMember, rank: 1 })),
      quoted,
    );
  if (quoted) return [];
  return [...names(workspace, path, 'define', K.Constant), ...functions(workspace, path, outline, start)];
}

const quotes = (drafts: readonly Draft[], quoted: boolean): Draft[] =>
  drafts.map((d) => (quoted ? d : { ...d, insert: `"${d.label}"` }));

const quotedIfNeeded = (d: Draft): Draft => (/^\w+$/.test(d.label) ? d : { ...d, insert: `"${d.label}"` });

/** Parameters of the module that the first argument of a modparam names. */
function params(workspace: Workspace, outline: FileOutline, open: number): Draft[] {
  const first = outline.pieces[open + 1];
  const module = first ? outline.text.bytes.slice(first.start + 1, first.end - 1) : '';
  const all = module
    .split('|')
    .flatMap((m) => [...workspace.knowledge.params(m)].map(([name, def]) => ({ m, name, def })));
  return all.map(({ m, name, def }) => ({
    label: name,
    kind: K.Property,
    detail: def ? (def.type === 'list' ? `${def.value}, repeatable` : def.type) : 'not implemented in kts yet',
    rank: def ? 1 : 7,
    absent: def === null,
    about: { about: 'param', module: m, name },
  }));
}

function eventRoutes(workspace: Workspace, path: string): Draft[] {
  const loaded = workspace.loadedModules(path);
  return [...workspace.knowledge.eventRoutes].map(([name, { module, doc }]) => ({
    label: name,
    kind: K.Event,
    detail: doc === '' ? (module ?? 'core') : doc,
    rank: module === null || loaded.has(module) ? 1 : 7,
  }));
}

/** Routes that are called and not there yet. */
function undefinedRoutes(workspace: Workspace, path: string, word: string): Draft[] {
  const table = [...BLOCK_WORDS.values()].find((b) => b.word === word)?.table;
  const all = workspace
    .project(path)
    .flatMap(({ outline }) => outline.occurrences.filter((o) => o.kind === 'route' && o.table === table));
  const there = new Set(all.filter((o) => o.defines).map((o) => o.name));
  return [...new Set(all.map((o) => o.name))]
    .filter((name) => !there.has(name))
    .map((label) => ({ label, kind: K.Function, rank: 1 }));
}

function coreParams(): Draft[] {
  return [...Object.keys(CORE_PARAMS), ...Object.keys(CORE_PARAM_ALIASES)].map((name) => {
    const def = findCoreParam(name)!.def;
    const value =
      def.type === 'int' && def.bool
        ? '<yes>'
        : def.type === 'int' || def.words
          ? `<${def.default ?? 'value'}>`
          : '"<value>"';
    return {
      label: name,
      kind: K.Property,
      insert: `${name}=${value}`,
      detail: 'core parameter',
      about: { about: 'core-param', name },
    };
  });
}

function paramValues(param: string): Draft[] {
  const def = findCoreParam(param)?.def;
  if (!def) return [];
  if (def.type === 'int' && def.bool) return ['yes', 'no'].map((label) => ({ label, kind: K.Value }));
  if (def.default === null || def.default === '') return [];
  return [{ label: `${def.default}`, kind: K.Value, detail: 'default' }];
}
