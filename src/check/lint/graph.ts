import type { Call, ConfigFile, RouteBlock, RouteBlockKind } from '../../../grammar/ast.js';
import { type CallUse, literal, type PvMention, type RouteUses, usesOf } from './walk.js';

/** A route block with what stands in it. */
export interface Node extends RouteUses {
  readonly name: string;
  readonly kind: RouteBlockKind;
}

/** Route blocks and who calls whom. Computed names may be any route, and count as a call of each. */
export class Graph {
  readonly nodes: readonly Node[];
  readonly #byName = new Map<string, Node>();
  readonly #byBlock = new Map<RouteBlock, Node>();
  readonly #callers = new Map<RouteBlock, CallUse[]>();
  readonly #reach = new Map<Node, ReadonlySet<Node>>();
  /** True when some route is called by a name that only a run knows. */
  readonly computed: boolean;

  constructor(ast: ConfigFile) {
    const blocks = ast.items.filter((i) => i.kind === 'route-block');
    this.nodes = blocks.map((block) => ({ ...usesOf(block), name: block.name, kind: block.route }));
    for (const node of this.nodes) {
      this.#byBlock.set(node.block, node);
      if (node.kind === 'route' && !this.#byName.has(node.name)) this.#byName.set(node.name, node);
    }
    let computed = false;
    for (const node of this.nodes) {
      for (const use of node.calls) {
        if (use.name !== 'route') continue;
        const target = this.target(use.call);
        if (target) this.#callerList(target.block).push(use);
        else if (literal(use.call, 0) === undefined) computed = true;
      }
    }
    this.computed = computed;
  }

  #callerList(block: RouteBlock): CallUse[] {
    let list = this.#callers.get(block);
    if (!list) this.#callers.set(block, (list = []));
    return list;
  }

  node(block: RouteBlock): Node {
    return this.#byBlock.get(block)!;
  }

  /** The `route[name]` block of that name. */
  route(name: string): Node | undefined {
    return this.#byName.get(name);
  }

  find(kind: RouteBlockKind, name: string): Node | undefined {
    return this.nodes.find((n) => n.kind === kind && n.name === name);
  }

  ofKind(kind: RouteBlockKind): readonly Node[] {
    return this.nodes.filter((n) => n.kind === kind);
  }

  /** The block that a `route(NAME)` call names. */
  target(call: Call): Node | undefined {
    const name = literal(call, 0);
    return name === undefined ? undefined : this.#byName.get(name);
  }

  /** The calls of a route block by a literal name. */
  callersOf(block: RouteBlock): readonly CallUse[] {
    return this.#callers.get(block) ?? [];
  }

  /** True when something other than a `route()` call may start the block. */
  isEntry(block: RouteBlock): boolean {
    return block.route !== 'route' || this.computed;
  }

  /** A block and all that it can call. */
  reach(from: Node): ReadonlySet<Node> {
    const known = this.#reach.get(from);
    if (known) return known;
    const seen = new Set<Node>([from]);
    const open = [from];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const use of next.calls) {
        if (use.name !== 'route') continue;
        const target = this.target(use.call);
        const targets = target ? [target] : literal(use.call, 0) === undefined ? [...this.#byName.values()] : [];
        for (const t of targets) {
          if (seen.has(t)) continue;
          seen.add(t);
          open.push(t);
        }
      }
    }
    this.#reach.set(from, seen);
    return seen;
  }

  /** All that can be reached from several blocks. */
  reachAll(from: Iterable<Node>): ReadonlySet<Node> {
    const all = new Set<Node>();
    for (const node of from) for (const n of this.reach(node)) all.add(n);
    return all;
  }

  /** A block and all that can call it. */
  callersTransitive(node: Node): ReadonlySet<Node> {
    const seen = new Set<Node>([node]);
    const open = [node];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const { spot } of this.callersOf(next.block)) {
        const caller = this.node(spot.route);
        if (!seen.has(caller)) {
          seen.add(caller);
          open.push(caller);
        }
      }
    }
    return seen;
  }

  *calls(...names: readonly string[]): Iterable<CallUse> {
    for (const node of this.nodes) for (const use of node.calls) if (names.includes(use.name)) yield use;
  }

  *pvs(...names: readonly string[]): Iterable<PvMention> {
    for (const node of this.nodes) for (const use of node.pvs) if (names.includes(use.pv.name)) yield use;
  }
}
