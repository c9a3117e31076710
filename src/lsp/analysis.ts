import { dirname, resolve } from 'node:path';
import {
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic as LspDiagnostic,
  type Range,
} from 'vscode-languageserver';
import type { Diagnostic, Severity, Span } from '../../grammar/source.js';
import { RULES } from '../check/lint/index.js';
import type { CheckFound, CheckJob } from './check.js';
import type { FileOutline } from './outline.js';
import { type ConfigText, utf8 } from './text.js';
import type { Workspace } from './workspace.js';

/** A finding that can be mended by itself. */
export interface Fixable {
  readonly diagnostic: LspDiagnostic;
  readonly title: string;
  readonly range: Range;
  readonly newText: string;
  /** The text that was looked at: a fix is good for no other. */
  readonly text: ConfigText;
}

/** What was found in one config, by file; a file without findings has an empty list. */
export interface Analysis {
  readonly diagnostics: ReadonlyMap<string, readonly LspDiagnostic[]>;
  readonly fixes: ReadonlyMap<string, readonly Fixable[]>;
}

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

/** Checks a config as `kts check` does, with open buffers in place of the files on disk. */
export async function analyze(
  workspace: Workspace,
  root: string,
  check: (job: CheckJob) => Promise<CheckFound>,
): Promise<Analysis> {
  const { files } = workspace;
  const paths = workspace.filesOf(root);
  const texts = new Map(paths.flatMap((path) => (files.text(path) ? [[path, files.text(path)!] as const] : [])));
  const diagnostics = new Map<string, LspDiagnostic[]>(paths.map((path) => [path, []]));
  const fixes = new Map<string, Fixable[]>();
  const cwd = root.startsWith('/') ? dirname(root) : process.cwd();
  const pathOf = (file: string): string => (file === root ? root : resolve(cwd, utf8(file)));
  const sources = new Map([...texts].map(([path, text]) => [resolve(cwd, path), text.bytes]));
  const found = await check({ configFile: root, cwd, ...workspace.options, sources });
  const fragment = isFragment(workspace, root);
  for (const { file, line, otherwise } of found.untaken) {
    const path = pathOf(file);
    const range = branchRange(workspace.outline(path), line, otherwise);
    if (range) diagnostics.get(path)?.push(untaken(range));
  }
  for (const d of found.diagnostics) {
    if (fragment && !isSyntax(d)) continue;
    const path = pathOf(d.span.at.file);
    const text = texts.get(path);
    if (!text) continue;
    const diagnostic: LspDiagnostic = {
      range: text.spanRange(d.span),
      severity: SEVERITY[d.severity],
      code: d.code,
      source: 'kts',
      tags: TAGS.get(d.code),
      message: [d.title, ...(d.notes ?? [])].map(utf8).join('\n'),
      relatedInformation: related(d, (span, label) => place(workspace, texts, pathOf(span.at.file), span, label)),
    };
    diagnostics.get(path)?.push(diagnostic);
    if (d.fix) {
      const { title, replacement } = d.fix;
      const fix = { diagnostic, title: utf8(title), range: diagnostic.range, newText: utf8(replacement), text };
      fixes.set(path, [...(fixes.get(path) ?? []), fix]);
    }
  }
  return { diagnostics, fixes };
}

/** Findings that editors may show in a way of their own: code that does nothing, names that later releases lack. */
const TAGS: ReadonlyMap<string, DiagnosticTag[]> = new Map(
  RULES.flatMap((rule): [string, DiagnosticTag[]][] => {
    if (rule.group === 'upgrade') return [[rule.code, [DiagnosticTag.Deprecated]]];
    return rule.group === 'unused' || rule.name === 'unreachable-code'
      ? [[rule.code, [DiagnosticTag.Unnecessary]]]
      : [];
  }),
);

const untaken = (range: Range): LspDiagnostic => ({
  range,
  severity: DiagnosticSeverity.Hint,
  source: 'kts',
  message: 'This branch is not taken with the defines as they are.',
  tags: [DiagnosticTag.Unnecessary],
});

/** The lines between the directive that begins a branch and the one that ends it. */
function branchRange(outline: FileOutline | undefined, line: number, otherwise: boolean): Range | undefined {
  const directives = outline?.pieces.filter((p) => p.kind === 'directive') ?? [];
  const at = directives.findIndex((p) => outline!.text.lineOf(p.start) === line);
  if (!outline || at === -1) return undefined;
  let depth = 0;
  let begin = otherwise ? undefined : directives[at];
  for (const piece of directives.slice(at + 1)) {
    if (piece.word === 'ifdef' || piece.word === 'ifndef' || piece.word === 'ifexp') depth++;
    else if (piece.word === 'endif' && depth > 0) depth--;
    else if (depth === 0 && (piece.word === 'else' || piece.word === 'endif')) {
      if (begin) return outline.text.range(begin.end + 1, piece.start);
      if (piece.word === 'else') begin = piece;
      else return undefined;
    }
  }
  return undefined;
}

/** A file that is no config by itself, and that no config at hand includes: its names are defined elsewhere. */
function isFragment(workspace: Workspace, root: string): boolean {
  const outline = workspace.outline(root);
  return (
    outline !== undefined &&
    outline.modules.length === 0 &&
    !outline.routes.some((r) => r.name === '' && r.table === 'main')
  );
}

const isSyntax = (d: Diagnostic): boolean => d.code < 'KTS0100';

function related(
  d: Diagnostic,
  of: (span: Span, label: string) => DiagnosticRelatedInformation[],
): DiagnosticRelatedInformation[] {
  const { definedAt } = d.span;
  return [
    ...(definedAt ? of({ at: definedAt, end: definedAt }, 'from the value of this define') : []),
    ...(d.related ?? []).flatMap(({ span, label }) => of(span, label)),
  ];
}

function place(
  workspace: Workspace,
  texts: ReadonlyMap<string, ConfigText>,
  path: string,
  span: Span,
  label: string,
): DiagnosticRelatedInformation[] {
  const text = texts.get(path);
  if (!text) return [];
  return [{ location: { uri: workspace.files.uri(path), range: text.spanRange(span) }, message: utf8(label) }];
}
