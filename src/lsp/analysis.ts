import { dirname, resolve } from 'node:path';
import {
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Diagnostic as LspDiagnostic,
  type Range,
} from 'vscode-languageserver';
import type { Diagnostic, Severity, Span } from '../../grammar/source.js';
import type { CheckJob } from './check.js';
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
  check: (job: CheckJob) => Promise<readonly Diagnostic[]>,
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
  for (const d of found) {
    if (fragment && !isSyntax(d)) continue;
    const path = pathOf(d.span.at.file);
    const text = texts.get(path);
    if (!text) continue;
    const diagnostic: LspDiagnostic = {
      range: text.spanRange(d.span),
      severity: SEVERITY[d.severity],
      code: d.code,
      source: 'kts',
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
