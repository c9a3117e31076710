import { type DocumentSymbol, type FoldingRange, FoldingRangeKind, SymbolKind } from 'vscode-languageserver';
import * as T from '../../../grammar/tokens.js';
import type { FileOutline } from '../outline.js';
import { utf8 } from '../text.js';

/** The routes, modules, defines and includes of a file, in their order. */
export function documentSymbols({ text, routes, defines, modules, includes }: FileOutline): DocumentSymbol[] {
  const symbol = (name: string, kind: SymbolKind, from: Extent, to: Extent, detail?: string): DocumentSymbol => ({
    // Editors refuse a name that is empty.
    name: utf8(name) || ' ',
    kind,
    detail: detail === undefined ? undefined : utf8(detail),
    range: text.range(from.start, from.end),
    selectionRange: text.range(to.start, to.end),
  });
  const all = [
    ...routes.map((r) => ({
      at: r.start,
      symbol: symbol(
        r.name === '' ? r.word : `${r.word}[${r.name}]`,
        r.table === 'event' ? SymbolKind.Event : SymbolKind.Function,
        r,
        { start: r.nameStart, end: Math.min(r.nameEnd, r.end) },
      ),
    })),
    ...defines.map((d) => ({
      at: d.start,
      symbol: symbol(d.name, SymbolKind.Constant, d, { start: d.nameStart, end: d.nameEnd }, d.value.slice(0, 60)),
    })),
    ...modules.map((m) => ({ at: m.start, symbol: symbol(m.name, SymbolKind.Module, m, m) })),
    ...includes.map((i) => ({ at: i.start, symbol: symbol(i.path, SymbolKind.File, i, i) })),
  ];
  return all.sort((a, b) => a.at - b.at).map((s) => s.symbol);
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Blocks, conditional branches, comments, and lists of modules and parameters. */
export function foldingRanges({ pieces, text }: FileOutline): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const line = (offset: number): number => text.position(offset).line;
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (endLine > startLine) ranges.push({ startLine, endLine, kind });
  };
  const braces: number[] = [];
  const branches: number[] = [];
  let comments: { first: number; last: number } | undefined;
  let imports: { first: number; last: number } | undefined;
  for (const { kind, type, word, start, end } of pieces) {
    const at = line(start);
    if (kind === 'comment') {
      const last = line(end);
      if (last > at) add(at, last, FoldingRangeKind.Comment);
      else if (comments?.last === at - 1) comments.last = at;
      else {
        if (comments) add(comments.first, comments.last, FoldingRangeKind.Comment);
        comments = { first: at, last: at };
      }
    } else if (kind === 'directive') {
      if (word === 'ifdef' || word === 'ifndef' || word === 'ifexp') branches.push(at);
      else if (word === 'else' || word === 'endif') {
        const open = branches.pop();
        if (open !== undefined) add(open, at - 1, FoldingRangeKind.Region);
        if (word === 'else' && open !== undefined) branches.push(at);
      }
    } else if (type === T.LBrace) braces.push(at);
    else if (type === T.RBrace) {
      const open = braces.pop();
      // The line of the closing brace stays visible.
      if (open !== undefined) add(open, at - 1);
    } else if (type === T.LoadModule || type === T.ModParam) {
      if (imports && imports.last >= at - 1) imports.last = at;
      else {
        if (imports) add(imports.first, imports.last, FoldingRangeKind.Imports);
        imports = { first: at, last: at };
      }
    }
  }
  if (comments) add(comments.first, comments.last, FoldingRangeKind.Comment);
  if (imports) add(imports.first, imports.last, FoldingRangeKind.Imports);
  return ranges;
}
