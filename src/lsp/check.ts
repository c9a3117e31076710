import type { Diagnostic } from '../../grammar/source.js';
import { review } from '../check/review.js';
import { RealClock } from '../clock/clock.js';
import { checkConfig } from '../core/server.js';

/** A config to check: plain data, so that another thread can take it. */
export interface CheckJob {
  /** The config's file as it is named in findings, and the directory that relative names start from. */
  readonly configFile: string;
  readonly cwd: string;
  readonly compat: '5.6' | '6.x';
  readonly defines: ReadonlyMap<string, string | null>;
  readonly allowMissing: ReadonlySet<string>;
  /** Bytes of files by absolute path: open buffers count, not what is on disk. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What a check gives: plain data too. */
export interface CheckFound {
  /** What `kts check` finds. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where the branches of conditions begin that do not count: the lines of their directives. */
  readonly untaken: readonly { readonly file: string; readonly line: number; readonly otherwise: boolean }[];
}

/** Checks a config as `kts check` does. */
export async function check(job: CheckJob): Promise<CheckFound> {
  const checked = await checkConfig({
    ...job,
    env: process.env,
    substs: [],
    listen: [],
    aliases: [],
    preamble: '',
    debugOffset: 0,
    inlineGroups: true,
    sink: { write: () => {} },
    clock: new RealClock(),
    args: [],
    onKill: () => {},
  });
  if ('ok' in checked) return { diagnostics: [], untaken: [] };
  const diagnostics = review(checked).map(({ code, severity, title, span, notes, related, fix }) => ({
    code,
    severity,
    title,
    span,
    notes,
    related: related?.map((r) => ({ span: r.span, label: r.label })),
    fix,
  }));
  const untaken = checked.parsed.branches
    // Of a branch in a branch that does not count, nothing is to be said beside.
    .filter((b) => !b.active && (b.within?.active ?? true))
    .map(({ span, otherwise }) => ({ file: span.at.file, line: span.at.line, otherwise }));
  return { diagnostics, untaken };
}
