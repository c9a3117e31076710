import type { Call, Expr, RouteBlock, Statement } from '../../../grammar/ast.js';
import type { Graph } from './graph.js';
import { type CallUse, callsIn, ownCalls, type Spot } from './walk.js';

/** How control can leave a run of statements, as bits. */
export const Way = { NEXT: 1, RETURN: 2, EXIT: 4, DROP: 8, BREAK: 16 } as const;

/**
 * Where control goes: what leaves a block, and what follows a statement up to the end of the run. Functions are taken
 * to come back; conditions to go either way.
 */
export class Flow {
  readonly #ways = new Map<readonly Statement[], number>();
  readonly #open = new Set<readonly Statement[]>();

  /** A chain of routes longer than this may end in any way: no config has one, and the stack is finite. */
  static readonly DEPTH = 200;

  constructor(private readonly graph: Graph) {}

  /** The ways out of statements, from a position on. */
  ways(body: readonly Statement[], from = 0): number {
    if (from > 0) return this.#sequence(body, from);
    const known = this.#ways.get(body);
    if (known !== undefined) return known;
    // A route that comes back to itself: it may end in any way.
    if (this.#open.has(body) || this.#open.size > Flow.DEPTH * 4) return Way.NEXT | Way.EXIT;
    this.#open.add(body);
    const ways = this.#sequence(body, 0);
    this.#open.delete(body);
    this.#ways.set(body, ways);
    return ways;
  }

  /** The ways that a whole route can end as its caller sees them: it comes back (NEXT), or the run is over. */
  routeWays(route: RouteBlock): number {
    const ways = this.ways(route.body);
    const back = ways & (Way.NEXT | Way.RETURN | Way.BREAK) ? Way.NEXT : 0;
    return back | (ways & (Way.EXIT | Way.DROP));
  }

  #sequence(body: readonly Statement[], from: number): number {
    let ways = 0;
    for (let i = from; i < body.length; i++) {
      const way = this.statement(body[i]!);
      ways |= way & ~Way.NEXT;
      if (!(way & Way.NEXT)) return ways;
    }
    return ways | Way.NEXT;
  }

  statement(s: Statement): number {
    switch (s.kind) {
      case 'call-statement':
        return this.#expr(s.call);
      case 'assign':
        return this.#expr(s.value);
      case 'if': {
        const condition = this.#expr(s.condition);
        if (!(condition & Way.NEXT)) return condition;
        return (condition & ~Way.NEXT) | this.ways(s.then) | (s.else ? this.ways(s.else) : Way.NEXT);
      }
      case 'while':
        return this.#expr(s.condition) | (this.ways(s.body) & ~Way.BREAK) | Way.NEXT;
      case 'switch': {
        // From the last case back: one that runs off its end goes on in the next.
        let after: number = Way.NEXT;
        let all = s.cases.some((c) => c.label.kind === 'default') ? 0 : Way.NEXT;
        for (const c of [...s.cases].reverse()) {
          const own = this.ways(c.body);
          after = own & Way.NEXT ? (own & ~Way.NEXT) | after : own;
          all |= after;
        }
        return all & Way.BREAK ? (all & ~Way.BREAK) | Way.NEXT : all;
      }
      case 'return':
        return s.value?.kind === 'int' && s.value.value === 0 ? Way.EXIT : Way.RETURN;
      case 'exit':
        return Way.EXIT;
      case 'drop':
        return Way.DROP;
      case 'break':
        return Way.BREAK;
      case 'async':
        return Way.EXIT;
      default:
        return Way.NEXT;
    }
  }

  #expr(e: Expr): number {
    switch (e.kind) {
      case 'call': {
        if (e.name !== 'route') return Way.NEXT;
        const target = this.graph.target(e);
        return target ? this.routeWays(target.block) : Way.NEXT;
      }
      case 'unary':
        return this.#expr(e.operand);
      case 'binary': {
        const left = this.#expr(e.left);
        if (e.op === '&&' || e.op === '||') return left | this.#expr(e.right);
        // Of several calls in one expression the last decides whether the run is over.
        return callsIn(e.right)[Symbol.iterator]().next().done ? left : this.#expr(e.right);
      }
      default:
        return Way.NEXT;
    }
  }

  /** The ways that the run can end after the statement at a place, through the ends of blocks and callers. */
  after(spot: Spot, seen: Set<RouteBlock> = new Set()): number {
    const rest = this.#sequence(spot.block, spot.index + 1);
    return this.#onwards(rest, spot, seen);
  }

  /** The same from the moment on at which a call has been true. */
  afterSuccess({ spot, sense }: CallUse): number {
    const s = spot.block[spot.index]!;
    if (s.kind === 'if' && (sense === 'true' || sense === 'false')) {
      const taken = sense === 'true' ? s.then : (s.else ?? []);
      const ways = this.ways(taken);
      const on = ways & Way.NEXT ? this.after(spot) : 0;
      const left = ways & Way.BREAK ? this.#onwards(Way.BREAK, spot, new Set()) : 0;
      return (ways & (Way.EXIT | Way.DROP)) | on | left | (ways & Way.RETURN ? this.#return(spot, new Set()) : 0);
    }
    return this.after(spot);
  }

  /** From the ways out of a block on: through the blocks around it, up to the end of its route and beyond. */
  #onwards(ways: number, spot: Spot, seen: Set<RouteBlock>): number {
    let end = 0;
    let back = false;
    let left = ways;
    for (let at = spot; ; ) {
      end |= left & (Way.EXIT | Way.DROP);
      if (left & Way.RETURN) back = true;
      const leaves = (left & Way.BREAK) !== 0;
      const stays = at.role === 'loop' || at.role === 'case';
      const next = (left & Way.NEXT) !== 0 || (leaves && stays);
      const breaks = leaves && !stays;
      if (!next && !breaks) break;
      if (at.parent === null) {
        back = true;
        break;
      }
      at = at.parent;
      left = (next ? this.#sequence(at.block, at.index + 1) : 0) | (breaks ? Way.BREAK : 0);
    }
    return back ? end | this.#return(spot, seen) : end;
  }

  /** What comes after the route of a place has come back. NEXT and RETURN: the run ends at the route's own end. */
  #return(spot: Spot, seen: Set<RouteBlock>): number {
    const callers = this.graph.callersOf(spot.route);
    if (seen.has(spot.route)) return 0;
    if (seen.size > Flow.DEPTH) return Way.NEXT | Way.EXIT | Way.DROP;
    seen.add(spot.route);
    let end = this.graph.isEntry(spot.route) || callers.length === 0 ? Way.NEXT : 0;
    for (const caller of callers) end |= this.after(caller.spot, seen);
    return end;
  }
}

/** The statements that surely run after a place, as long as the run goes on: the rest of its block and of those around. */
export function* following(spot: Spot): Iterable<Statement> {
  for (let at: Spot | null = spot; at; at = at.parent) {
    for (let i = at.index + 1; i < at.block.length; i++) yield at.block[i]!;
    if (at.role === 'case' || at.role === 'expression') return;
  }
}

/**
 * The calls that surely follow once a call has been true, in order, up to the end of the run: those under further
 * conditions are left out, routes that are called are gone through.
 */
export function* surelyAfter(use: CallUse, graph: Graph, flow: Flow): Iterable<Call> {
  const s = use.spot.block[use.spot.index]!;
  const seen = new Set<RouteBlock>();
  if (s.kind === 'if' && use.sense === 'true') {
    yield* surely(s.then, graph, flow, seen);
    if (flow.ways(s.then) !== Way.NEXT) return;
  } else if (s.kind === 'if' && use.sense === 'false' && s.else) {
    yield* surely(s.else, graph, flow, seen);
    if (flow.ways(s.else) !== Way.NEXT) return;
  }
  for (const next of following(use.spot)) {
    yield* surely([next], graph, flow, seen);
    if (flow.statement(next) !== Way.NEXT) return;
  }
}

/** Each route is gone through once: what it does a second time is nothing new. */
function* surely(body: readonly Statement[], graph: Graph, flow: Flow, seen: Set<RouteBlock>): Iterable<Call> {
  for (const s of body) {
    for (const call of ownCalls(s)) {
      yield call;
      const block = call.name === 'route' && seen.size < Flow.DEPTH ? graph.target(call)?.block : undefined;
      if (!block || seen.has(block)) continue;
      seen.add(block);
      yield* surely(block.body, graph, flow, seen);
    }
    // Behind a statement that may leave the route nothing is sure.
    if (flow.statement(s) !== Way.NEXT) return;
  }
}
