import type { Branch, ParseResult } from '../../grammar/parse.js';
import { readWritten } from '../../grammar/print/written.js';

/** Ids that are defined from outside, and ids that the text does not get to define. */
export interface Switches {
  readonly on: ReadonlyMap<string, string | null>;
  readonly off: ReadonlySet<string>;
}

/** A branch of a condition in the text of a file, whether it was ever read or not. */
interface Place {
  readonly key: string;
  readonly kind: string;
  /** The id that decides, or the expression. */
  readonly on: string;
  readonly otherwise: boolean;
  readonly within: Place | undefined;
  readonly text: {
    /** Ids that stand in it, outside of the branches within. */
    readonly uses: Set<string>;
    /** It is a text of words: a comment. */
    isProse: boolean;
  };
}

/** Three words in a row. */
const PROSE = /^\s*[A-Za-z']+ +[A-Za-z']+ +[A-Za-z']+/m;

interface Outline {
  readonly places: readonly Place[];
  /** Defines of the text by name: value, and the branch that each is in. */
  readonly defines: ReadonlyMap<string, readonly { readonly value: string | null; readonly within?: Place }[]>;
  /** Ids that stand in the text where they are replaced by their value. */
  readonly used: ReadonlySet<string>;
}

const keyOf = (file: string, line: number, otherwise: boolean): string => `${file}:${line}${otherwise ? ' else' : ''}`;

/** The branches that a reading of the config took. */
export function branchesRead(branches: readonly Branch[]): ReadonlySet<string> {
  return new Set(branches.filter((b) => b.active).map((b) => keyOf(b.span.at.file, b.span.at.line, b.otherwise)));
}

/**
 * Finds, one after the other, ids to switch on and off so that each branch of the config is read at least once. One
 * branch at a time is turned away from what the config is by itself, with the branches around it and those that define
 * what it asks for: as many readings as there are branches at most, not one for each combination.
 */
export class SwitchPlan {
  readonly #outline: Outline;
  readonly #read = new Set<string>();
  readonly #defined: ReadonlyMap<string, string | null>;
  #next = 0;

  constructor(parsed: ParseResult, textOf: (file: string) => string | null) {
    this.#outline = outlineOf(parsed.files, textOf);
    this.#defined = parsed.defines;
    this.took(parsed.branches);
  }

  /** Notes what a reading took. */
  took(branches: readonly Branch[]): void {
    for (const key of branchesRead(branches)) this.#read.add(key);
  }

  /** Switches for a branch that was not read yet; undefined when there is none left that can be. */
  next(): Switches | undefined {
    const { places } = this.#outline;
    while (this.#next < places.length) {
      const place = places[this.#next++]!;
      if (this.#read.has(place.key) || place.text.isProse) continue;
      const switches = this.#switchesFor(place);
      if (switches) return switches;
    }
    return undefined;
  }

  #switchesFor(place: Place): Switches | undefined {
    const wanted = new Map<string, boolean>();
    const on = new Map<string, string | null>();
    const want = (name: string, state: boolean): boolean => {
      const known = wanted.get(name);
      if (known !== undefined) return known === state;
      wanted.set(name, state);
      if (!state) return true;
      if (!this.#define(name, on, reach)) return false;
      // What the branches that open with it use is defined by further switches, perhaps.
      for (const used of this.#usedWith(name)) want(used, true);
      return true;
    };
    const reach = (to: Place | undefined): boolean => {
      for (let at = to; at; at = at.within) {
        const state = (at.kind === 'ifndef') === at.otherwise;
        const names = at.kind === 'ifexp' ? (at.on.match(/\b[A-Za-z_]\w*/g) ?? []) : [at.on];
        if (!names.every((name) => want(name, state))) return false;
      }
      return true;
    };
    if (!reach(place)) return undefined;
    return { on, off: new Set([...wanted].filter(([, state]) => !state).map(([name]) => name)) };
  }

  /** The ids that branches use which an id opens, and that are defined only in branches. */
  #usedWith(name: string): string[] {
    const { places, defines } = this.#outline;
    const opened = places.filter((p) => p.on === name && (p.kind === 'ifdef') !== p.otherwise);
    return opened.flatMap(({ text }) => [...text.uses].filter((id) => defines.has(id) && !this.#defined.has(id)));
  }

  /** Sees to it that an id is defined: by the text where that defines it somewhere, else from outside. */
  #define(name: string, on: Map<string, string | null>, reach: (place: Place | undefined) => boolean): boolean {
    const { defines, used } = this.#outline;
    const [first] = defines.get(name) ?? [];
    if (first) {
      // The branch may be there for the case that it is not defined yet.
      const guarded = first.within?.on === name;
      return reach(guarded ? first.within?.within : first.within);
    }
    // Without a value nothing would stand where it is used.
    if (used.has(name)) return false;
    on.set(name, null);
    return true;
  }
}

function outlineOf(files: readonly string[], textOf: (file: string) => string | null): Outline {
  const places: Place[] = [];
  const defines = new Map<string, { value: string | null; within?: Place }[]>();
  const used = new Set<string>();
  for (const file of files) {
    const text = textOf(file) ?? '';
    const { source, pieces } = readWritten(file, text);
    const open: Place[] = [];
    for (const { kind, start, end, word = '' } of pieces) {
      const written = text.slice(start, end);
      const top = open.at(-1);
      if (kind === 'token' && /^[A-Za-z_]/.test(written)) {
        used.add(written);
        top?.text.uses.add(written);
      } else if (kind === 'verbatim' && top && PROSE.test(written)) top.text.isProse = true;
      if (kind !== 'directive') continue;
      const said = written.slice(2 + word.length).trim();
      const { line } = source.position(start);
      if (word.startsWith('if')) {
        const on = word === 'ifexp' ? said : (/^\w+/.exec(said)?.[0] ?? '');
        const text = { uses: new Set<string>(), isProse: false };
        open.push({ key: keyOf(file, line, false), kind: word, on, otherwise: false, within: top, text });
        places.push(open.at(-1)!);
      } else if (word === 'else' && top) {
        const key = top.otherwise ? top.key.replace(/ else$/, '') : `${top.key} else`;
        const fresh = { uses: new Set<string>(), isProse: false };
        open[open.length - 1] = { ...top, key, otherwise: !top.otherwise, text: fresh };
        places.push(open.at(-1)!);
      } else if (word === 'endif') open.pop();
      else if (/^(?:try|re)?def(?:ine)?$/.test(word)) {
        const [, name = '', value = ''] = /^(\w+)[ \t]*([\s\S]*)$/.exec(said) ?? [];
        const list = defines.get(name) ?? [];
        defines.set(name, [...list, { value: value === '' ? null : value, ...(top && { within: top }) }]);
      }
    }
  }
  return { places, defines, used };
}
