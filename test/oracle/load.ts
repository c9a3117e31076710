import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_ENDPOINT, type OracleCase, type Recording, type Recordings } from './case.js';
import { parseCaseFile } from './case-file.js';
import { composeConfig, DEFAULT_GLOBALS, DEFAULT_MESSAGE, DEFAULT_MODULES } from './defaults.js';

export const CASES_DIR = fileURLToPath(new URL('./cases/', import.meta.url));

/** One file of cases with what is on record for them. */
export interface CaseGroup {
  /** Path below `cases/`, without its ending. */
  readonly name: string;
  readonly cases: readonly OracleCase[];
  readonly recordings: Recordings;
}

/** A case as the language reference gives it. */
interface LanguageCase {
  readonly id: string;
  readonly kind: 'route' | 'cfg';
  readonly script: string;
  readonly pre?: string;
  readonly post?: string;
  readonly modules?: string;
  readonly globals?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly messages?: readonly string[];
  readonly check_only?: boolean;
}

/** All groups whose name or cases match one of the wanted prefixes (none: all of them). */
export function loadGroups(wanted: readonly string[] = []): CaseGroup[] {
  const groups: CaseGroup[] = [];
  for (const file of caseFiles(CASES_DIR)) {
    const name = relative(CASES_DIR, file).replace(/\.(cases|json)$/, '');
    if (wanted.length > 0 && !wanted.some((w) => `${name}/`.startsWith(w) || w.startsWith(`${name}/`) || name === w))
      continue;
    const text = readFileSync(file, 'utf8');
    const all = file.endsWith('.json') ? languageCases(name, text) : parseCaseFile(file, name, text);
    const cases = wanted.length > 0 ? all.filter((c) => wanted.some((w) => matches(c.name, w))) : all;
    if (cases.length > 0) groups.push({ name, cases, recordings: loadRecordings(name) });
  }
  return groups;
}

function matches(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`);
}

/** All files of cases below a directory. */
export function caseFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? caseFiles(join(dir, e.name)) : [join(dir, e.name)]))
    .filter((f) => f.endsWith('.cases') || (f.endsWith('.json') && !f.endsWith('.recorded.json')))
    .sort();
}

function recordingFile(group: string): string {
  return join(CASES_DIR, `${group}.recorded.json`);
}

function loadRecordings(group: string): Recordings {
  const file = recordingFile(group);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recordings) : {};
}

/** Writes recordings in the order of the cases; those of cases that no longer exist go. */
export function saveRecordings(group: string, order: readonly OracleCase[], recordings: Recordings): void {
  const kept: Record<string, Recording> = {};
  for (const c of order) if (recordings[c.id]) kept[c.id] = recordings[c.id]!;
  writeFileSync(recordingFile(group), `${JSON.stringify(kept, null, 1)}\n`);
}

function languageCases(name: string, text: string): OracleCase[] {
  return (JSON.parse(text) as LanguageCase[]).map((c) => {
    const messages = c.messages ?? [c.message ?? DEFAULT_MESSAGE];
    const parts = {
      globals: c.globals ?? DEFAULT_GLOBALS,
      modules: c.modules ?? DEFAULT_MODULES,
      pre: c.pre ?? '',
      script: c.script,
      post: c.post ?? '',
    };
    return {
      name: `${name}/${c.id}`,
      id: c.id,
      title: '',
      config: c.kind === 'cfg' ? c.script : composeConfig(parts),
      args: c.args ?? [],
      env: c.env ?? {},
      files: c.files ?? {},
      checkOnly: c.check_only === true,
      compareCore: false,
      listen: [DEFAULT_ENDPOINT],
      answers: [],
      // A bare keep-alive in the reference stands for a pause that lets timers run.
      steps: messages.map((m) =>
        m === '\r\n\r\n' ? { do: 'wait', ms: 100 } : { do: 'raw', from: DEFAULT_ENDPOINT, text: m },
      ),
    };
  });
}
