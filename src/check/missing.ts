import type { Span } from '../../grammar/source.js';
import type { Host } from '../registry/host.js';
import type { FunctionDef, PvDef, TransformationDef } from '../registry/module.js';
import type { Findings } from './findings.js';
import type { NotHere } from './scope.js';

/**
 * What stands for names of modules that the config loads and that are not here. The module itself is reported once, with
 * everything that depends on it (or allowed with `--allow-missing`): its functions then fail with -1 and a log line, its
 * variables are undefined.
 */
const DOC = 'Belongs to a module that is not here.';

/** The core's state, as far as the stand-ins need it. */
interface Logs {
  readonly host: Pick<Host, 'log'>;
}

/** A function of a missing module. Its arguments are not looked at. */
export function missingFunction(name: string, module: string): FunctionDef<unknown> {
  return {
    args: [],
    routes: ['ANY'],
    doc: DOC,
    suspends: false,
    literalOnly: false,
    bind: (state, site) => () => {
      const { log } = (state as Logs).host;
      log.error('<core>', `${name}() of module ${module} is not here: it fails at ${site.file}:${site.line}`);
      return -1;
    },
  };
}

/** A pseudo-variable of a missing module: undefined, and not to be assigned. */
export const MISSING_PV: PvDef<unknown> = {
  doc: DOC,
  inner: 'optional',
  index: true,
  writable: true,
  bind: () => ({ read: () => null, write: () => false }),
};

/** A transformation of a missing module: gives nothing. */
export const MISSING_TRANSFORMATION: TransformationDef<unknown> = {
  doc: DOC,
  params: [0, Number.POSITIVE_INFINITY],
  bind: () => () => undefined,
};

/** Places that one diagnostic lists for a name; the rest is counted. */
const MAX_PLACES = 20;

/** Names that the summary gives; the rest is counted. */
const MAX_NAMES = 12;

/** What depends on a module, for those who see no list of places. */
function summary(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `Needed here by ${names.slice(0, MAX_NAMES).join(', ')}${more}.`;
}

/** A line of a finding: what the config uses of the module, and where. It grows while more is bound. */
class Use {
  readonly others: Span[] = [];

  constructor(
    private readonly what: string,
    readonly span: Span,
  ) {}

  get label(): string {
    const { span } = this;
    const place = ({ at }: Span): string => (at.file === span.at.file ? `${at.line}` : `${at.file}:${at.line}`);
    const places = [...new Set(this.others.map(place))].filter((p) => p !== place(span));
    if (places.length === 0) return this.what;
    const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more` : '';
    return `${this.what}, also at ${places.slice(0, MAX_PLACES).join(', ')}${more}`;
  }
}

/** The upstream modules that a config loads and that are not here, with what of them it uses. */
export class MissingModules implements NotHere {
  /** By module: the lines of its finding, and the same by what is used. */
  readonly #modules = new Map<
    string,
    { readonly list: Use[]; readonly byName: Map<string, Use>; readonly notes: string[] }
  >();

  has(module: string): boolean {
    return this.#modules.has(module);
  }

  names(): string[] {
    return [...this.#modules.keys()];
  }

  add(module: string): void {
    if (!this.has(module)) this.#modules.set(module, { list: [], byName: new Map(), notes: [] });
  }

  use(module: string, what: string, span: Span): void {
    const uses = this.#modules.get(module);
    if (uses === undefined) return;
    const known = uses.byName.get(what);
    if (known !== undefined) {
      known.others.push(span);
      return;
    }
    const use = new Use(what, span);
    uses.byName.set(what, use);
    uses.list.push(use);
    uses.notes[1] = summary([...uses.byName.keys()]);
  }

  /** The finding for a module, with a line for each name that is used of it. */
  report(module: string, span: Span, findings: Findings): void {
    const hint = `--allow-missing ${module} runs the config without it: its functions then fail with -1 and a log line.`;
    const uses = this.#modules.get(module);
    if (uses === undefined) return;
    uses.notes[0] = hint;
    findings.add('KTS1004', span, `module ${module} is not implemented yet`, uses.notes, uses.list);
  }
}
