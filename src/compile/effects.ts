import type {
  BoundArg,
  BoundCall,
  BoundExpr,
  BoundRoute,
  BoundStatement,
  Program,
  RouteCall,
} from '../check/program.js';

/** What a route can do, found over the call graph before anything is emitted. */
export interface RouteEffects {
  /** Can reach a call that may wait: emitted as an async function. */
  readonly suspends: boolean;
  /** Can reach itself, or nests deeper than `max_recursive_level`: block depth must be counted. */
  readonly recursive: boolean;
  /** Can reach such a route: callers keep count of depth. */
  readonly countsDepth: boolean;
}

/** Effects of every route, by its index in the program; `maxDepth` is `max_recursive_level`. */
export function inferEffects(program: Program, maxDepth: number): readonly RouteEffects[] {
  const byName = new Map<string, number>();
  for (const r of program.routes) if (r.table === 'main') byName.set(r.name, r.index);
  const direct = program.routes.map((r) => collect(r, byName));
  const suspends = reach(
    direct.map((d) => d.suspends),
    direct.map((d) => d.calls),
  );
  const calls = direct.map((d) => d.calls);
  const reached = direct.map((_, i) => reachable(i, calls));
  const recursive = reached.map((routes, i) => routes.has(i));
  const depths = program.routes.map((r) => nesting(r.body));
  depths.forEach((_, i) => {
    if (recursive[i] || longestChain(i, depths, calls, recursive) <= maxDepth) return;
    for (const route of [i, ...reached[i]!]) recursive[route] = true;
  });
  const counts = reach(
    recursive,
    direct.map((d) => d.calls),
  );
  return direct.map((_, i) => ({ suspends: suspends[i]!, recursive: recursive[i]!, countsDepth: counts[i]! }));
}

interface Direct {
  suspends: boolean;
  calls: Set<number>;
}

/** Most blocks around any statement of a block, the block itself included. */
function nesting(body: readonly BoundStatement[]): number {
  let most = 0;
  for (const s of body) {
    const blocks =
      s.kind === 'if'
        ? [s.then, s.else]
        : s.kind === 'while'
          ? [s.body]
          : s.kind === 'switch'
            ? s.cases.map((c) => c.body)
            : [];
    for (const block of blocks) most = Math.max(most, nesting(block));
  }
  return most + 1;
}

/** Blocks on the deepest way through a route and those it calls, recursive ones aside. */
function longestChain(
  from: number,
  depths: readonly number[],
  calls: readonly ReadonlySet<number>[],
  recursive: readonly boolean[],
): number {
  const known = new Map<number, number>();
  const measure = (route: number): number => {
    const seen = known.get(route);
    if (seen !== undefined) return seen;
    // Until it is known; chains of routes that are not recursive do not come back.
    known.set(route, 0);
    let below = 0;
    for (const callee of calls[route]!) if (!recursive[callee]) below = Math.max(below, measure(callee));
    known.set(route, depths[route]! + below);
    return depths[route]! + below;
  };
  return measure(from);
}

/** Spreads a property from callees to callers until nothing changes. */
function reach(seed: readonly boolean[], calls: readonly ReadonlySet<number>[]): boolean[] {
  const has = [...seed];
  for (let changed = true; changed; ) {
    changed = false;
    calls.forEach((callees, i) => {
      if (has[i]) return;
      for (const c of callees) if (has[c]) has[i] = changed = true;
    });
  }
  return has;
}

function reachable(from: number, calls: readonly ReadonlySet<number>[]): Set<number> {
  const seen = new Set<number>();
  const open = [...calls[from]!];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...calls[next]!);
  }
  return seen;
}

function collect(route: BoundRoute, byName: ReadonlyMap<string, number>): Direct {
  const found: Direct = { suspends: false, calls: new Set() };
  const on: Visitor = {
    call: (call) => {
      if (call.def.suspends) found.suspends = true;
    },
    waits: () => {
      found.suspends = true;
    },
    route: (call) => {
      if (call.kind === 'fixed') {
        const index = byName.get(call.name);
        if (index !== undefined) found.calls.add(index);
      } else {
        // A computed name may be any route block.
        for (const index of byName.values()) found.calls.add(index);
        visitExpr(call.name, on);
      }
    },
  };
  visitBlock(route.body, on);
  return found;
}

/** What is told of a block's statements and expressions. */
interface Visitor {
  readonly call?: (call: BoundCall) => void;
  readonly route?: (call: RouteCall) => void;
  /** `return`, `exit` and `drop`, and the end that `async()` makes. */
  readonly leave?: () => void;
  /** `async()`. */
  readonly waits?: () => void;
}

/** Calls the visitors for every function and route call of a block, nested expressions included. */
export function visitBlock(body: readonly BoundStatement[], on: Visitor): void {
  for (const s of body) {
    switch (s.kind) {
      case 'call':
        visitCall(s.call, on);
        break;
      case 'route':
        on.route?.(s.call);
        break;
      case 'assign':
        visitExpr(s.assign.value, on);
        break;
      case 'if':
        visitExpr(s.condition, on);
        visitBlock(s.then, on);
        visitBlock(s.else, on);
        break;
      case 'while':
        visitExpr(s.condition, on);
        visitBlock(s.body, on);
        break;
      case 'switch':
        visitExpr(s.value, on);
        for (const c of s.cases) visitBlock(c.body, on);
        break;
      case 'return':
      case 'exit':
      case 'drop':
        on.leave?.();
        if (s.value) visitExpr(s.value, on);
        break;
      case 'break':
        break;
      case 'async':
        on.waits?.();
        for (const call of s.operations) visitCall(call, on);
        on.route?.(s.resume);
        on.leave?.();
        break;
      case 'launch':
        // What it starts goes on beside the route, which does not wait for it.
        for (const arg of s.operation.args) visitArg(arg, on);
        if (s.param !== null && 'kind' in s.param) visitExpr(s.param, on);
        break;
    }
  }
}

function visitCall(call: BoundCall, on: Visitor): void {
  on.call?.(call);
  for (const arg of call.args) visitArg(arg, on);
}

function visitArg(arg: BoundArg, on: Visitor): void {
  if (arg.kind === 'expr') visitExpr(arg.value, on);
}

/** The same for one expression. */
export function visitExpr(e: BoundExpr, on: Visitor): void {
  switch (e.kind) {
    case 'call':
      visitCall(e.call, on);
      break;
    case 'route-call':
      on.route?.(e.call);
      break;
    case 'unary':
    case 'cast':
    case 'defined':
    case 'strlen':
    case 'strempty':
      visitExpr(e.operand, on);
      break;
    case 'selval':
      visitExpr(e.condition, on);
      visitExpr(e.then, on);
      visitExpr(e.else, on);
      break;
    case 'binary':
      visitExpr(e.left, on);
      visitExpr(e.right, on);
      break;
    case 'match':
      visitExpr(e.left, on);
      break;
    case 'assign':
      visitExpr(e.assign.value, on);
      break;
    case 'block':
      visitBlock(e.body, on);
      break;
    case 'comparison':
      if (e.comparison.right.kind === 'expr') visitExpr(e.comparison.right.value, on);
      break;
    default:
      break;
  }
}

/** True when evaluating the expression can call something that sets `stop`. */
export function canStop(e: BoundExpr): boolean {
  let stops = false;
  const stop = (): void => {
    stops = true;
  };
  visitExpr(e, {
    call: (call) => {
      if (!call.core) stops = true;
    },
    route: stop,
    leave: stop,
  });
  return stops;
}
