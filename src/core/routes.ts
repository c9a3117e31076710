import type { Span } from '../../grammar/source.js';
import type { BoundRoute, Program } from '../check/program.js';
import { visitBlock } from '../compile/effects.js';
import { Level, type Log } from '../observe/log.js';
import type { RouteRef, RouteTable } from '../registry/arguments.js';
import type { Routes } from '../registry/host.js';
import { ScriptContext } from '../script/context.js';
import { RouteKind } from '../script/route-kind.js';
import type { ScriptVars } from '../script/script-vars.js';
import { ParseFailure, SipMessage } from '../sip/message.js';
import type { ReceiveInfo } from '../sip/receive-info.js';

type Code = (ctx: ScriptContext) => number | Promise<number>;

/** One route block of the running program. */
export class CompiledRoute implements RouteRef {
  code: Code = () => -1;

  constructor(
    readonly name: string,
    public defined: boolean,
    private readonly tables: RouteTables,
  ) {}

  run(ctx: ScriptContext): number | Promise<number> {
    return this.tables.run(this.code, ctx);
  }
}

const NOBODY: ReceiveInfo = {
  srcIp: '127.0.0.1',
  srcPort: 5060,
  dstIp: '127.0.0.1',
  dstPort: 5060,
  proto: 'udp',
  family: 4,
  connectionId: 0,
  socket: {
    index: -1,
    name: '',
    proto: 'udp',
    family: 4,
    address: '127.0.0.1',
    port: 5060,
    agname: '',
    virtual: true,
    text: 'udp:127.0.0.1:5060',
    fd: -1,
  },
};

/** What routes run over when there is no message: a request that touches nothing outside. */
const FAKE_REQUEST = [
  'OPTIONS sip:nobody@localhost.invalid SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKlocal',
  'From: <sip:nobody@localhost.invalid>;tag=local',
  'To: <sip:nobody@localhost.invalid>',
  'Call-ID: local-request@localhost.invalid',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

const MOST_ASKED = 1024;

/** The route blocks of a program by table and name, and how they are run. */
export class RouteTables implements Routes {
  #routes: ReadonlyMap<string, CompiledRoute> = new Map();
  /** What was looked for, by name and then table: modules ask for their event routes with every message. */
  readonly #asked = new Map<string, Map<RouteTable, CompiledRoute | null>>();
  #ordered: readonly CompiledRoute[] = [];
  /**
   * How many times other versions of the config have been taken over. All threads count alike: it is part of the names by
   * which they tell each other what to go on with.
   */
  version = 0;
  /** Ends of blocks that functions continue at, by name. */
  #rests = new Map<string, CompiledRoute>();
  /** Those of the version before, which may still be waited for. */
  #earlierRests = new Map<string, CompiledRoute>();
  #vars: ScriptVars | null = null;

  constructor(
    private program: Program,
    private readonly log: Log,
  ) {
    this.replace(program);
  }

  /**
   * Takes the blocks of another program in place of the present ones. A block that keeps its name stays the same object,
   * so that who has it runs the new code once that is installed; what is running ends as it began.
   * @returns puts everything back, for a program that turns out not to compile
   */
  replace(program: Program): () => void {
    const before = { program: this.program, routes: this.#routes, ordered: this.#ordered };
    const defined = before.ordered.map((route) => route.defined);
    const routes = new Map<string, CompiledRoute>();
    this.#ordered = program.routes.map((r: BoundRoute) => {
      const key = `${r.table}:${r.name}`;
      const route = before.routes.get(key) ?? new CompiledRoute(r.name, false, this);
      route.defined = r.body.length > 0;
      routes.set(key, route);
      return route;
    });
    this.#routes = routes;
    this.#asked.clear();
    this.program = program;
    return () => {
      this.program = before.program;
      this.#routes = before.routes;
      this.#asked.clear();
      this.#ordered = before.ordered;
      before.ordered.forEach((route, i) => {
        route.defined = defined[i]!;
      });
    };
  }

  /**
   * Begins the {@link rest}s of another version; those of the present one stay what they are.
   * @returns puts everything back
   */
  renewRests(): () => void {
    const before = { rests: this.#rests, earlier: this.#earlierRests };
    this.#earlierRests = before.rests;
    this.#rests = new Map();
    this.version++;
    return () => {
      this.#rests = before.rests;
      this.#earlierRests = before.earlier;
      this.version--;
    };
  }

  /** The end of a block that a function continues at. */
  rest(number: number): CompiledRoute {
    const name = `${this.version}.${number}`;
    let route = this.#rests.get(name);
    if (route === undefined) this.#rests.set(name, (route = new CompiledRoute(name, true, this)));
    return route;
  }

  /** Gives each route its code, in program order, and behind them the ends of blocks theirs. */
  install(codes: readonly Code[], vars: ScriptVars): void {
    this.#vars = vars;
    const count = this.#ordered.length;
    codes.forEach((code, i) => {
      (i < count ? this.#ordered[i]! : this.rest(i - count)).code = code;
    });
  }

  /** The script variables of this thread. */
  get vars(): ScriptVars {
    return this.#vars!;
  }

  find(table: RouteTable, name: string): CompiledRoute | null {
    if (table === 'rest') return this.#rests.get(name) ?? this.#earlierRests.get(name) ?? null;
    let tables = this.#asked.get(name);
    if (tables === undefined) {
      // Names may come from messages.
      if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
      this.#asked.set(name, (tables = new Map()));
    }
    let route = tables.get(table);
    if (route === undefined) tables.set(table, (route = this.#routes.get(`${table}:${name}`) ?? null));
    return route;
  }

  /** Fixed names in `route(NAME)` calls, each with where it stands. */
  referenced(): { table: RouteTable; name: string; span: Span }[] {
    const found: { table: RouteTable; name: string; span: Span }[] = [];
    for (const r of this.program.routes) {
      visitBlock(r.body, {
        route: (call) => {
          if (call.kind === 'fixed') found.push({ table: 'main', name: call.name, span: call.span });
        },
      });
    }
    return found;
  }

  /**
   * Runs compiled code over a message, with the log and the script variables set to this run. A function may run a
   * further route over the same context: that is part of the run it is called from.
   */
  run(code: Code, ctx: ScriptContext): number | Promise<number> {
    const { log } = this;
    const outer = log.context;
    const vars = this.#vars;
    log.context = ctx;
    const outermost = ctx.vars === null;
    if (outermost && vars !== null) ctx.vars = vars.values;
    let result: number | Promise<number>;
    try {
      result = code(ctx);
    } catch (e) {
      log.context = outer;
      if (outermost) ctx.vars = null;
      throw e;
    }
    log.context = outer;
    if (typeof result === 'number') {
      if (outermost) ctx.vars = null;
      return result;
    }
    if (!outermost) return result;
    return result.finally(() => {
      log.context = null;
      if (ctx.varsOwned && ctx.vars !== null) vars?.adopt(ctx.vars);
      ctx.vars = null;
      ctx.varsOwned = false;
    });
  }

  runEvent(name: string, ctx?: ScriptContext): ScriptContext | null | Promise<ScriptContext | null> {
    const route = this.find('event', name);
    if (route === null) return null;
    const run = ctx ?? new ScriptContext(this.fakeRequest(), RouteKind.EVENT);
    const code = route.run(run);
    return typeof code === 'number' ? run : code.then(() => run);
  }

  tellEvent(name: string, ctx?: ScriptContext): void {
    const failed = (e: unknown): void => {
      this.log.context = null;
      const what = e instanceof Error ? (e.stack ?? e.message) : String(e);
      this.log.write(Level.CRIT, '<core>', `a run of event_route[${name}] was lost: ${what}`);
    };
    try {
      const run = this.runEvent(name, ctx);
      if (run instanceof Promise) run.catch(failed);
    } catch (e) {
      failed(e);
    }
  }

  unsetVars(): NonNullable<ScriptContext['vars']> {
    return this.#vars?.unset() ?? [];
  }

  fakeRequest(received: ReceiveInfo = NOBODY): SipMessage {
    const msg = SipMessage.parse(FAKE_REQUEST, received);
    if (msg instanceof ParseFailure) throw new Error(`the local request does not parse: ${msg.reason}`);
    return msg;
  }
}
