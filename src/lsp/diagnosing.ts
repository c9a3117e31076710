import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import { analyze, type Fixable } from './analysis.js';
import { Checker } from './checker.js';
import type { Workspace } from './workspace.js';

/** How long after the last key a config is checked, in milliseconds. */
const PAUSE = 150;

/** Checks configs while they are being written: soon after a change, one at a time, the last state always. */
export class Diagnosing {
  readonly #checker = new Checker();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<string>();
  #stopped = false;
  /** Files that have findings on show, by the config that they belong to. */
  readonly #shown = new Map<string, ReadonlySet<string>>();
  readonly #fixes = new Map<string, readonly Fixable[]>();

  constructor(
    private readonly workspace: Workspace,
    private readonly publish: (path: string, diagnostics: readonly LspDiagnostic[]) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** A file has changed: its config is checked when the writing pauses. */
  changed(path: string): void {
    this.#later(this.workspace.root(path));
  }

  /** A file has changed without an editor: only configs that a buffer belongs to are checked. */
  changedOnDisk(path: string, open: readonly string[]): void {
    const root = this.workspace.root(path);
    if (open.some((p) => this.workspace.root(p) === root)) this.#later(root);
  }

  /** The buffer of a file was closed: nothing is shown of a config that no buffer belongs to. */
  closed(path: string, open: readonly string[]): void {
    const root = this.workspace.root(path);
    if (open.some((p) => this.workspace.root(p) === root)) {
      this.#later(root);
      return;
    }
    clearTimeout(this.#waiting.get(root));
    this.#waiting.delete(root);
    this.#show(root, new Map());
  }

  /** Fixes for a file as it was checked last. */
  fixes(path: string): readonly Fixable[] {
    return this.#fixes.get(path) ?? [];
  }

  async stop(): Promise<void> {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#stopped = true;
    await this.#checker.stop();
  }

  #later(root: string): void {
    clearTimeout(this.#waiting.get(root));
    this.#waiting.set(
      root,
      setTimeout(() => void this.#run(root), PAUSE),
    );
  }

  async #run(root: string): Promise<void> {
    // Still at it with an older state: what comes of that is shown first.
    if (this.#running.has(root)) {
      this.#later(root);
      return;
    }
    this.#waiting.delete(root);
    this.#running.add(root);
    try {
      const { diagnostics, fixes } = await analyze(this.workspace, root, (job) => this.#checker.check(job));
      for (const path of diagnostics.keys()) this.#fixes.set(path, fixes.get(path) ?? []);
      this.#show(root, diagnostics);
    } catch (e) {
      if (!this.#stopped) this.failed(e);
    } finally {
      this.#running.delete(root);
    }
  }

  #show(root: string, diagnostics: ReadonlyMap<string, readonly LspDiagnostic[]>): void {
    const before = this.#shown.get(root) ?? new Set<string>();
    for (const path of before) if (!diagnostics.has(path)) this.publish(path, []);
    for (const [path, found] of diagnostics) {
      if (found.length > 0 || before.has(path) || this.workspace.files.document(path)) this.publish(path, found);
    }
    this.#shown.set(root, new Set([...diagnostics].filter(([, found]) => found.length > 0).map(([path]) => path)));
  }
}
