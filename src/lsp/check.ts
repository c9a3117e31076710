import type { Diagnostic } from '../../grammar/source.js';
import { lint } from '../check/lint/index.js';
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

/** Finds what `kts check` finds. The findings are plain data too. */
export async function check(job: CheckJob): Promise<readonly Diagnostic[]> {
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
  const seen = 'lint' in checked && checked.lint ? lint(checked.lint) : [];
  return [...checked.diagnostics, ...seen].map(({ code, severity, title, span, notes, related, fix }) => ({
    code,
    severity,
    title,
    span,
    notes,
    related: related?.map((r) => ({ span: r.span, label: r.label })),
    fix,
  }));
}
