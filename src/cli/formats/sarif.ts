import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Severity, Span } from '../../../grammar/source.js';
import { VERSION } from '../../observe/version.js';
import { codeFact } from '../codes.js';
import { type Checked, fullText, repositoryPath } from './checked.js';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** Findings as a log of the Static Analysis Results Interchange Format 2.1.0 (OASIS). */
export function sarif(checked: readonly Checked[]): string {
  const codes = [...new Set(checked.flatMap((c) => c.diagnostics.map((d) => d.code)))].sort();
  const results = checked.flatMap(({ file, diagnostics, reasons }) => [
    ...diagnostics.map((d) => result(d, codes.indexOf(d.code))),
    ...reasons.map((text) => ({
      level: 'error',
      message: { text },
      locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
    })),
  ]);
  const driver = { name: VERSION.name, semanticVersion: VERSION.version, rules: codes.map(rule) };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'unicodeCodePoints', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(id: string) {
  const fact = codeFact(id);
  if (fact === undefined) return { id };
  return {
    id,
    shortDescription: { text: fact.explanation },
    defaultConfiguration: { level: LEVELS[fact.severity] },
  };
}

function result(d: Diagnostic, ruleIndex: number) {
  const related = (d.related ?? []).map(({ span, label }, id) => ({
    id,
    ...location(span),
    message: { text: label },
  }));
  return {
    ruleId: d.code,
    ruleIndex,
    level: LEVELS[d.severity],
    message: { text: fullText(d) },
    locations: [location(d.span)],
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    ...(d.fix ? { fixes: [fix(d.span, d.fix)] } : {}),
  };
}

function fix(span: Span, { title, replacement }: NonNullable<Diagnostic['fix']>) {
  const replacements = [{ deletedRegion: region(span), insertedContent: { text: replacement } }];
  return {
    description: { text: title },
    artifactChanges: [{ artifactLocation: artifact(span.at.file), replacements }],
  };
}

function location(span: Span) {
  return { physicalLocation: { artifactLocation: artifact(span.at.file), region: region(span) } };
}

/** A region ends behind its last character; a span ends with it. */
function region({ at, end }: Span) {
  return { startLine: at.line, startColumn: at.column, endLine: end.line, endColumn: end.column + 1 };
}

function artifact(file: string): { readonly uri: string } {
  const path = repositoryPath(file);
  return { uri: isAbsolute(path) ? pathToFileURL(path).href : path.split('/').map(encodeURIComponent).join('/') };
}
