import { type Hover, MarkupKind, type Position, type SignatureHelp } from 'vscode-languageserver';
import * as T from '../../../grammar/tokens.js';
import { callAt } from '../cursor.js';
import { coreParamDoc, functionDoc, moduleDoc, paramDoc, pvDoc, signatures, transformationDoc } from '../docs.js';
import { preferred } from '../knowledge.js';
import type { FileOutline } from '../outline.js';
import { lastStartingAtMost, type Piece, pieceAt } from '../pieces.js';
import { utf8 } from '../text.js';
import type { Workspace } from '../workspace.js';

/** A text about a place, with the bytes that it is about. */
interface Told {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** What is known about the word at a position. */
export function hover(workspace: Workspace, path: string, position: Position): Hover | null {
  const outline = workspace.outline(path);
  if (!outline) return null;
  const offset = outline.text.offset(position);
  const told = tell(workspace, path, outline, offset);
  if (!told || told.value === '') return null;
  return {
    contents: { kind: MarkupKind.Markdown, value: told.value },
    range: outline.text.range(told.start, told.end),
  };
}

function tell(workspace: Workspace, path: string, outline: FileOutline, offset: number): Told | undefined {
  const n = pieceAt(outline.pieces, offset);
  const piece = outline.pieces[n];
  if (!piece) return undefined;
  const text = outline.text.bytes.slice(piece.start, piece.end);
  if (piece.kind === 'token' && (piece.type === T.Pv || piece.type === T.StringLiteral)) {
    const inPv = pseudoVariable(workspace, path, text, offset - piece.start);
    if (inPv) return { value: inPv.value, start: piece.start + inPv.start, end: piece.start + inPv.end };
  }
  const named = workspace.nameAt(path, offset);
  if (named?.key.kind === 'define') return defineDoc(workspace, path, named.key.name, named.occurrence);
  if (named?.key.kind === 'route' && named.key.table === 'event') {
    const known = [...workspace.knowledge.eventRoutes].find(([name]) => name === named.key.name);
    const { start, end } = named.occurrence;
    return known && { value: `\`event_route[${known[0]}]\`\n\n${known[1].doc}`, start, end };
  }
  if (named) {
    const { key, occurrence } = named;
    const places = workspace.places(path, key);
    const value = `${key.kind} \`${key.name}\`: ${places.length} place${places.length === 1 ? '' : 's'} in this config`;
    const declared = places.find((p) => p.occurrence.defines);
    const comment = declared ? commentBefore(declared.outline, declared.occurrence.start) : '';
    return { value: [value, comment].join('\n\n').trim(), start: occurrence.start, end: occurrence.end };
  }
  const about = word(workspace, path, outline, n, piece, text);
  return about === undefined ? undefined : { value: about, start: piece.start, end: piece.end };
}

/** The comment lines right above the line of an offset. */
function commentBefore({ pieces, text }: FileOutline, offset: number): string {
  const lines: string[] = [];
  let line = text.position(offset).line;
  for (let n = lastStartingAtMost(pieces, offset); n >= 0 && lines.length < 20; n--) {
    const { kind, start, end } = pieces[n]!;
    const at = text.position(end).line;
    if (at === line && lines.length === 0) continue;
    if (kind !== 'comment' || at !== line - 1) break;
    lines.unshift(utf8(text.bytes.slice(start, end)).replace(/^(?:#+|\/\/|\/\*+)[ \t]?|\s*\*+\/$/gm, ''));
    line = text.position(start).line;
  }
  return lines.join('\n');
}

function defineDoc(
  workspace: Workspace,
  path: string,
  name: string,
  { start, end }: { start: number; end: number },
): Told {
  const effective = workspace.effectiveDefines(path);
  const lines = workspace
    .definitions(path, name)
    .map(({ define }) => `#!define ${name}${define.value === '' ? '' : ` ${define.value}`}`);
  const now = effective.has(name)
    ? effective.get(name) === null
      ? 'Defined, without a value.'
      : `Value at the end of the config: \`${effective.get(name)}\``
    : 'Not defined with the branches that are taken now.';
  const shown = lines.length > 0 ? `\`\`\`kamailio\n${lines.slice(0, 10).join('\n')}\n\`\`\`\n\n` : '';
  return { value: utf8(`${shown}${now}`), start, end };
}

function word(
  workspace: Workspace,
  path: string,
  outline: FileOutline,
  n: number,
  piece: Piece,
  text: string,
): string | undefined {
  const { knowledge } = workspace;
  if (piece.kind !== 'token') return undefined;
  const loaded = outline.modules.find((m) => m.start >= piece.start && m.end <= piece.end);
  if (loaded) return moduleDoc(loaded.name, knowledge);
  if (piece.type === T.StringLiteral) return modparamDoc(workspace, outline, n);
  if (outline.pieces[n + 1]?.type === T.LParen) {
    const known = preferred(knowledge.functions.get(text), workspace.loadedModules(path));
    if (known) return functionDoc(known);
  }
  return coreParamDoc(text) ?? bareFunction(workspace, text);
}

function bareFunction({ knowledge }: Workspace, text: string): string | undefined {
  const known = knowledge.functions.get(text)?.find((f) => f.module === null);
  return known && functionDoc(known);
}

/** The module or the parameter of a `modparam` whose text is at a piece. */
function modparamDoc(workspace: Workspace, outline: FileOutline, n: number): string | undefined {
  const { pieces, text } = outline;
  const call = callAt(outline, pieces[n]!.start + 1);
  if (call?.name !== 'modparam' && call?.name !== 'modparamx') return undefined;
  const content = (at: number): string => text.bytes.slice(pieces[at]!.start + 1, pieces[at]!.end - 1);
  const modules = content(call.open + 1).split('|');
  if (call.arg === 0) return modules.map((m) => moduleDoc(m, workspace.knowledge)).join('\n\n');
  if (call.arg !== 1) return undefined;
  const name = content(n);
  return modules
    .map((m) => [m, workspace.knowledge.params(m)] as const)
    .filter(([, params]) => params.has(name))
    .map(([m, params]) => paramDoc(m, name, params.get(name)!))
    .join('\n\n');
}

const PV = /\$\(?([A-Za-z_?][\w.]*|\?)/g;
const OPERATION = /\{\s*(\w+)\.([\w.]+)/g;

/** The pseudo-variable or the transformation at an offset of a text. */
function pseudoVariable(workspace: Workspace, path: string, text: string, offset: number): Told | undefined {
  const loaded = workspace.loadedModules(path);
  for (const m of text.matchAll(OPERATION)) {
    const start = m.index + m[0].length - m[1]!.length - m[2]!.length - 1;
    const end = m.index + m[0].length;
    const known = workspace.knowledge.transformations.get(m[1]!)?.get(m[2]!.toLowerCase());
    if (known && offset >= start && offset <= end) return { value: transformationDoc(known), start, end };
  }
  for (const m of text.matchAll(PV)) {
    const end = m.index + m[0].length;
    if (offset < m.index || offset > end) continue;
    const known = preferred(workspace.knowledge.pvs.get(m[1]!), loaded);
    if (known) return { value: pvDoc(known), start: m.index, end };
  }
  return undefined;
}

/** The forms of the function whose arguments are being written, and which argument it is. */
export function signatureHelp(workspace: Workspace, path: string, position: Position): SignatureHelp | null {
  const outline = workspace.outline(path);
  if (!outline) return null;
  const call = callAt(outline, outline.text.offset(position));
  const known = call && preferred(workspace.knowledge.functions.get(call.name), workspace.loadedModules(path));
  if (!call || !known) return null;
  const forms = signatures(known);
  const fits = forms.findIndex((f) => f.args.length > call.arg);
  return {
    activeSignature: Math.max(0, fits),
    activeParameter: call.arg,
    signatures: forms.map(({ label, args }, n) => {
      let at = known.name.length + 1;
      const def = known.defs[n];
      return {
        label,
        documentation: def?.doc,
        parameters: args.map((text, i) => {
          const from = at;
          at += text.length + 2;
          return { label: [from, from + text.length] as [number, number], documentation: def?.args[i]?.doc };
        }),
      };
    }),
  };
}
