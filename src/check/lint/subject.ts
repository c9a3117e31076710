import type { ConfigFile, CoreParam, ModParam, ParamValue } from '../../../grammar/ast.js';
import type { Comment } from '../../../grammar/scanner.js';
import type { Span } from '../../../grammar/source.js';
import { moduleName } from '../bind.js';
import type { Program } from '../program.js';
import { Flow } from './flow.js';
import { Graph, type Node } from './graph.js';
import { literal } from './walk.js';

/** What a lint run is given: a config as the front end understood it. */
export interface LintInput {
  readonly ast: ConfigFile;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** Every file of the config, the main file first. */
  readonly files: readonly string[];
  /** The text of one of them; null when it cannot be read any more. */
  readonly read: (file: string) => string | null;
}

/** A modparam line that reaches one module. */
export interface ParamLine {
  readonly name: string;
  readonly value: ParamValue;
  readonly span: Span;
}

/** A config as rules look at it. What rules share is worked out once, when first asked for. */
export class Subject {
  readonly graph: Graph;
  readonly flow: Flow;
  readonly #loads = new Map<string, Span>();
  readonly #lines: readonly ModParam[];
  readonly #core = new Map<string, CoreParam[]>();
  readonly #texts = new Map<string, readonly string[]>();
  #entry: ReadonlySet<Node> | undefined;

  constructor(readonly input: LintInput) {
    const { items } = input.ast;
    this.graph = new Graph(input.ast);
    this.flow = new Flow(this.graph);
    for (const item of items) {
      if (item.kind === 'loadmodule') this.#loads.set(moduleName(item.module), item.span);
      else if (item.kind === 'core-param') {
        const list = this.#core.get(item.name) ?? [];
        list.push(item);
        this.#core.set(item.name, list);
      }
    }
    this.#lines = items.filter((i) => i.kind === 'modparam');
  }

  get program(): Program {
    return this.input.program;
  }

  /** Where a module is loaded; undefined when it is not. */
  loaded(module: string): Span | undefined {
    return this.#loads.get(module);
  }

  get modules(): ReadonlyMap<string, Span> {
    return this.#loads;
  }

  /** The modparam lines of a module in order; those of one parameter when it is named. */
  params(module: string, name?: string): ParamLine[] {
    return this.#lines
      .filter((line) => (name === undefined || line.param === name) && covers(line.module, module))
      .map(({ param, value, span }) => ({ name: param, value, span }));
  }

  /** Every modparam line, with the text that names its modules. */
  get paramLines(): readonly ModParam[] {
    return this.#lines;
  }

  /** The number that a module parameter has in the end. */
  intParam(module: string, name: string, otherwise: number): number {
    const value = this.params(module, name).at(-1)?.value;
    return value?.kind === 'int' ? value.value : otherwise;
  }

  /** The text that a module parameter has in the end. */
  textParam(module: string, name: string): string | undefined {
    const value = this.params(module, name).at(-1)?.value;
    return value === undefined || value.kind === 'int' ? undefined : value.value;
  }

  /** The lines that set a core parameter, in order. */
  core(name: string): readonly CoreParam[] {
    return this.#core.get(name) ?? [];
  }

  coreInt(name: string): number | undefined {
    const value = this.core(name).at(-1)?.value;
    return value?.kind === 'int' ? value.value : undefined;
  }

  /** All that a request from outside can come through. */
  get requestRoutes(): ReadonlySet<Node> {
    this.#entry ??= this.graph.reachAll(this.graph.ofKind('request_route'));
    return this.#entry;
  }

  /** Names of routes that take over what a function suspended, with the places that name them. */
  resumeRoutes(): { readonly node: Node; readonly by: string; readonly span: Span }[] {
    return this.#named(RESUMES);
  }

  /** Routes that run on a message of their own, with nothing but a string. */
  dataRoutes(): { readonly node: Node; readonly by: string; readonly span: Span }[] {
    return this.#named(DATA_ROUTES);
  }

  #named(
    functions: Readonly<Record<string, number>>,
  ): { readonly node: Node; readonly by: string; readonly span: Span }[] {
    const found: { node: Node; by: string; span: Span }[] = [];
    for (const node of this.graph.nodes) {
      for (const { call, name } of node.calls) {
        const position = functions[name];
        if (position === undefined) continue;
        const target = literal(call, position);
        const resumed = target === undefined ? undefined : this.graph.route(target);
        if (resumed) found.push({ node: resumed, by: name, span: call.span });
      }
      // The route of launch() runs beside the request, that of async() in its place.
      const kind = functions === RESUMES ? 'async' : 'launch';
      for (const { statement } of node.statements) {
        if (statement.kind !== kind || statement.route === undefined) continue;
        const resumed = this.graph.route(statement.route);
        if (resumed) found.push({ node: resumed, by: kind, span: statement.span });
      }
    }
    return found;
  }

  /** The lines of a file; none when it cannot be read. */
  lines(file: string): readonly string[] {
    let lines = this.#texts.get(file);
    if (!lines) {
      lines = (this.input.read(file) ?? '').split('\n');
      this.#texts.set(file, lines);
    }
    return lines;
  }

  /** True when a preprocessor condition starts, turns or ends between two places. */
  conditionBetween(from: Span, to: Span): boolean {
    if (from.at.file !== to.at.file) return true;
    return this.lines(from.at.file)
      .slice(from.end.line - 1, to.at.line)
      .some((line) => /^\s*(?:#!|!!)\s*(?:if|else|endif)/.test(line));
  }
}

/** Functions that suspend a transaction, with the position of the argument that names where it resumes. */
export const RESUMES: Readonly<Record<string, number>> = {
  async_route: 0,
  async_ms_route: 0,
  async_task_route: 0,
  async_task_group_route: 0,
  t_continue: 2,
  http_async_query: 1,
};

/** Run a route on a message of its own. */
export const DATA_ROUTES: Readonly<Record<string, number>> = { async_task_data: 0, async_task_group_data: 0 };

/** Whether the first argument of a modparam line means a module: upstream matches it as an expression over whole names. */
function covers(pattern: string, module: string): boolean {
  if (pattern === module) return true;
  if (/^\w+$/.test(pattern)) return pattern.toLowerCase() === module.toLowerCase();
  try {
    return new RegExp(`^(?:${pattern})$`, 'i').test(module);
  } catch {
    return false;
  }
}
