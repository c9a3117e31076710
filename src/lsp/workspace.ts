import { readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { preprocess } from '../../grammar/preprocess.js';
import type { RouteTable } from '../registry/arguments.js';
import type { Files } from './files.js';
import type { Knowledge } from './knowledge.js';
import type { NameKind } from './namings.js';
import { type FileOutline, type Occurrence, readOutline } from './outline.js';
import { type ConfigText, utf8 } from './text.js';

/** How configs are read: as the options of `kts check` say. */
export interface LanguageOptions {
  readonly compat: '5.6' | '6.x';
  readonly defines: ReadonlyMap<string, string | null>;
  readonly allowMissing: ReadonlySet<string>;
}

/** A name to look for: all kinds but routes have one table. */
export interface NameKey {
  readonly kind: NameKind;
  readonly name: string;
  readonly table?: RouteTable;
}

export interface Place {
  readonly path: string;
  readonly outline: FileOutline;
  readonly occurrence: Occurrence;
}

/** Files that a config may consist of; more are not looked at. */
const MAX_FILES = 500;
/** How soon the directories around a file are searched again, in milliseconds. */
const SEARCH_AGAIN = 3_000;
/** Configs beside a file that are asked whether they include it. */
const MAX_NEIGHBOURS = 40;

/** The configs at hand: which files belong together, and what they name. */
export class Workspace {
  readonly #outlines = new WeakMap<ConfigText, FileOutline>();
  /** When the directories around a file were searched for a config that includes it. */
  readonly #searched = new Map<string, number>();
  /** The config that includes a file, once it has been found. */
  readonly #roots = new Map<string, string>();
  readonly #effective = new Map<
    string,
    { texts: readonly ConfigText[]; defines: ReadonlyMap<string, string | null> }
  >();

  constructor(
    readonly files: Files,
    readonly knowledge: Knowledge,
    readonly options: LanguageOptions,
  ) {}

  outline(path: string): FileOutline | undefined {
    const text = this.files.text(path);
    if (!text) return undefined;
    let outline = this.#outlines.get(text);
    if (!outline) {
      outline = readOutline(path, text, this.#routeArguments);
      this.#outlines.set(text, outline);
    }
    return outline;
  }

  /** The config that a file belongs to: itself, unless another one includes it. */
  root(path: string): string {
    const known = this.#roots.get(path);
    if (known !== undefined && known !== path && this.filesOf(known).includes(path)) return known;
    const includes = (candidate: string): boolean => candidate !== path && this.filesOf(candidate).includes(path);
    let found = this.files.openPaths().find(includes);
    const now = performance.now();
    if (found === undefined && now - (this.#searched.get(path) ?? Number.NEGATIVE_INFINITY) > SEARCH_AGAIN) {
      this.#searched.set(path, now);
      found = this.#neighbours(path).find(includes);
    }
    this.#roots.set(path, found ?? path);
    return found ?? path;
  }

  /** Configs in the directory of a file and in the one above. */
  #neighbours(path: string): string[] {
    if (!path.startsWith('/')) return [];
    return [dirname(path), dirname(dirname(path))].flatMap((dir) => {
      try {
        const names = readdirSync(dir).filter((name) => name.endsWith('.cfg'));
        return names.slice(0, MAX_NEIGHBOURS).map((name) => resolve(dir, name));
      } catch {
        return [];
      }
    });
  }

  /** A config and everything it includes, in branches that do not count as well. */
  filesOf(root: string): readonly string[] {
    const all = [root];
    const seen = new Set(all);
    for (let n = 0; n < all.length && all.length < MAX_FILES; n++) {
      for (const { path } of this.outline(all[n]!)?.includes ?? []) {
        const found = this.include(path, all[n]!, root);
        if (found !== undefined && !seen.has(found)) {
          seen.add(found);
          all.push(found);
        }
      }
    }
    return all;
  }

  /** Where an included file is: looked for from the config's directory, then from that of the file that includes it. */
  include(name: string, from: string, root: string): string | undefined {
    const file = utf8(name);
    const paths = [resolve(dirname(root), file), resolve(dirname(from), file)];
    return paths.find((p) => this.files.text(p) !== undefined);
  }

  /** All outlines of the config that a file belongs to, its own first. */
  project(path: string): readonly { readonly path: string; readonly outline: FileOutline }[] {
    const paths = this.filesOf(this.root(path));
    return [path, ...paths.filter((p) => p !== path)].flatMap((p) => {
      const outline = this.outline(p);
      return outline ? [{ path: p, outline }] : [];
    });
  }

  /** Modules that the config of a file loads, in any branch. */
  loadedModules(path: string): ReadonlySet<string> {
    return new Set(this.project(path).flatMap(({ outline }) => outline.modules.map((m) => m.name)));
  }

  /** Names of a kind that the config of a file uses or declares, those that it declares first. */
  names(path: string, kind: NameKind, table?: RouteTable): readonly string[] {
    const all = this.project(path).flatMap(({ outline }) =>
      outline.occurrences.filter((o) => o.kind === kind && o.table === table),
    );
    return [...new Set([...all.filter((o) => o.defines), ...all].map((o) => o.name))];
  }

  /** Every place of a name in the config of a file. */
  places(path: string, key: NameKey): readonly Place[] {
    const project = this.project(path);
    const isDefine =
      key.kind === 'define' &&
      project.some(({ outline }) => outline.occurrences.some((o) => o.kind === 'define' && o.name === key.name));
    return project.flatMap((file) =>
      file.outline.occurrences
        .filter(
          (o) =>
            o.name === key.name && ((o.kind === key.kind && o.table === key.table) || (isDefine && o.kind === 'word')),
        )
        .map((occurrence) => ({ ...file, occurrence })),
    );
  }

  /** The name at a byte of a file, with its place; a word counts when it is a define. */
  nameAt(path: string, offset: number): { readonly key: NameKey; readonly occurrence: Occurrence } | undefined {
    const outline = this.outline(path);
    for (const occurrence of outline?.occurrences ?? []) {
      const { kind, name, table, start, end } = occurrence;
      if (offset < start || offset > end) continue;
      if (kind !== 'word') return { key: { kind, name, table }, occurrence };
      if (this.definitions(path, name).length > 0) return { key: { kind: 'define', name }, occurrence };
    }
    return undefined;
  }

  /** Where a define gets its value, in any branch. */
  definitions(path: string, name: string) {
    return this.project(path).flatMap(({ path: file, outline }) =>
      outline.defines.filter((d) => d.name === name).map((define) => ({ path: file, outline, define })),
    );
  }

  /** The defines of a config as they stand at its end, with branches taken as when it runs. */
  effectiveDefines(path: string): ReadonlyMap<string, string | null> {
    const root = this.root(path);
    const texts = this.filesOf(root).flatMap((p) => this.files.text(p) ?? []);
    const known = this.#effective.get(root);
    if (known && known.texts.length === texts.length && known.texts.every((t, n) => t === texts[n]))
      return known.defines;
    const { defines } = preprocess({
      file: root,
      text: this.files.text(root)?.bytes ?? '',
      read: (p) => this.files.text(utf8(p))?.bytes ?? null,
      env: process.env,
      cwd: dirname(root),
      defines: this.options.defines,
      compat: this.options.compat,
    });
    this.#effective.set(root, { texts, defines });
    return defines;
  }

  readonly #routeArguments = (name: string): readonly { readonly arg: number; readonly table: RouteTable }[] => {
    let found = this.#routeArgumentsOf.get(name);
    if (found === undefined) {
      const defs = this.knowledge.functions.get(name)?.flatMap((f) => f.defs) ?? [];
      const args = defs.flatMap((def) =>
        def.args.flatMap((a, arg) => (a.kind === 'route' ? [{ arg, table: a.table ?? ('main' as const) }] : [])),
      );
      found = args.filter((a, n) => args.findIndex((b) => b.arg === a.arg && b.table === a.table) === n);
      if (this.#routeArgumentsOf.size < 10_000) this.#routeArgumentsOf.set(name, found);
    }
    return found;
  };
  readonly #routeArgumentsOf = new Map<string, readonly { readonly arg: number; readonly table: RouteTable }[]>();
}
