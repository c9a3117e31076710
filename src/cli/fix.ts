import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../grammar/source.js';
import { applyFixes, isFixable } from '../check/fixes.js';
import type { ServerOptions } from '../core/options.js';
import type { StartFailure } from '../core/server.js';
import type { Looked } from './all-defines.js';
import { unifiedDiff } from './diff.js';

/** A fix may show what was behind the mistake: so often the result is looked at again. */
const ROUNDS = 10;

/** What fixing came to: the config as it is then, and the texts that are to be written. */
export interface Mended {
  readonly looked: Looked;
  readonly fixed: readonly Diagnostic[];
  /** By absolute path: the name in findings, the text before, the text after. */
  readonly files: ReadonlyMap<string, { readonly name: string; readonly before: string; readonly after: string }>;
}

/** Mends what can be mended without asking, in memory, until nothing is left that can. */
export async function mend(
  options: ServerOptions,
  look: (options: ServerOptions) => Promise<Looked | StartFailure>,
): Promise<Mended | StartFailure> {
  const files = new Map<string, { name: string; before: string; after: string }>();
  const fixed: Diagnostic[] = [];
  for (let round = 0; ; round++) {
    const sources = new Map([...files].map(([path, { after }]) => [path, after]));
    const looked = await look({ ...options, sources });
    if ('ok' in looked) return looked;
    const byFile = new Map<string, Diagnostic[]>();
    for (const d of looked.findings.filter(isFixable))
      byFile.set(d.span.at.file, [...(byFile.get(d.span.at.file) ?? []), d]);
    if (byFile.size === 0 || round === ROUNDS) return { looked, fixed, files };
    for (const [name, findings] of byFile) {
      const path = resolve(options.cwd, name);
      const text = looked.read(name);
      if (text === null) continue;
      const { text: after, applied } = applyFixes(text, findings);
      files.set(path, { name, before: files.get(path)?.before ?? text, after });
      fixed.push(...applied);
    }
  }
}

/** Writes the mended files, or shows what would change in them; what was done, line by line. */
export function deliver({ fixed, files }: Mended, dryRun: boolean): string {
  if (dryRun) return [...files.values()].map(({ name, before, after }) => unifiedDiff(name, before, after)).join('');
  for (const [path, { after }] of files) writeFileSync(path, after, 'latin1');
  return fixed
    .map(({ code, span, title, fix }) => `${span.at.file}:${span.at.line}: fixed[${code}]: ${title}: ${fix!.title}\n`)
    .join('');
}
