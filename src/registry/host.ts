import type { Clock } from '../clock/clock.js';
import type { Databases } from '../db/database.js';
import type { Resolver } from '../net/resolve.js';
import type { Destination, ListenSocket, Network } from '../net/transport.js';
import type { Log } from '../observe/log.js';
import type { Statistics } from '../observe/statistics.js';
import type { RpcTable } from '../rpc/table.js';
import type { Attributes } from '../script/attributes.js';
import type { ScriptContext } from '../script/context.js';
import type { SelectEntry } from '../script/selects/node.js';
import type { Zone } from '../shm/zone.js';
import type { SipMessage } from '../sip/message.js';
import type { ReceiveInfo } from '../sip/receive-info.js';
import type { BindEnv, RouteRef, RouteTable } from './arguments.js';
import type { CoreSettings } from './core-settings.js';
import type { ModuleDef } from './module.js';
import type { Threads } from './threads.js';

/** What the server offers to modules. One per script thread; modules keep it from `configure`. */
export interface Host {
  /** Core parameters with their defaults applied, by upstream's names (`settings.children`, `settings.log_prefix`). */
  readonly settings: CoreSettings;
  readonly compat: '5.6' | '6.x';
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Network;
  readonly resolver: Resolver;
  /** State that all script threads see. */
  readonly zone: Zone;
  readonly databases: Databases;
  readonly rpc: RpcTable;
  readonly statistics: Statistics;
  readonly routes: Routes;
  readonly hooks: Hooks;
  readonly proxy: StatelessCore;
  /** For parsing format strings, pseudo-variables and expressions in parameter values. Usable from `configure` on. */
  readonly bindEnv: BindEnv;
  /** This script thread's number, 0 first. */
  readonly threadIndex: number;
  /** The other script threads, and the groups they work for. */
  readonly threads: Threads;
  /** Directory of the config file; relative names in parameters start here or at the working directory, as upstream. */
  readonly configDir: string;
  /** Where RPC sockets go unless their own parameters say otherwise (`rundir`, `-Y`). */
  readonly runDir: string;
  /** Where relative paths of embedded databases start. */
  readonly stateDir: string;

  /** The state of another module; throws `ConfigError` when it is not loaded. */
  state<S>(module: ModuleDef<S>): S;
  /** The state of another module, or undefined when it is not loaded. */
  stateIfLoaded<S>(module: ModuleDef<S>): S | undefined;
  isLoaded(name: string): boolean;
  /** Whether host:port is this server: a listen socket, an alias, or a registered checker says so. port 0: any; proto '' or null: any. */
  isMyself(host: string, port: number, proto: string | null): boolean;
  /**
   * Routes a message that another thread received, or that stands for one: it does not go through pre-routing (again).
   * @returns a promise while it keeps this thread's attention; it never rejects
   */
  receive(raw: string, received: ReceiveInfo): Promise<void> | undefined;
  /** Adds a checker to `isMyself` (module domain's register_myself). */
  addMyselfCheck(check: (host: string, port: number, proto: string | null) => boolean): void;
  /** Selects of modules (`@name.…`), by the first part of their names; registered in `configure`. */
  readonly selects: Map<string, SelectEntry>;
  /** Values of `group.name = value desc "…"`, also reachable as cfg variables by cfg_rpc. */
  readonly cfg: CfgVariables;
}

/** Variables that can change at run time: custom ones of the config, and those that core and modules register. */
export interface CfgVariables {
  /** Registers a group's variables (module parameters that cfg_rpc may change). `onChange` may refuse with a message. */
  register(group: string, variables: Readonly<Record<string, CfgVariableDef>>): void;
  get(group: string, name: string, instance?: number): number | string | null | undefined;
  /** Sets a value; a message when it is refused. */
  set(group: string, name: string, value: number | string, instance?: number): string | null;
  /** Takes an instance's own value away, so that it has the group's again; false when it has none. */
  unset(group: string, name: string, instance: number): boolean;
  /** Puts back the value from before the first `set`; a message when that is refused. */
  reset(group: string, name: string, instance?: number): string | null;
  /** `group[n]`: makes an instance of a group, with the group's values; false when there is no such group. */
  addInstance(group: string, instance: number): boolean;
  removeInstance(group: string, instance: number): boolean;
  hasInstance(group: string, instance: number): boolean;
  groups(): readonly string[];
  variables(group: string): Readonly<Record<string, CfgVariableDef>> | undefined;
}

export interface CfgVariableDef {
  readonly type: 'int' | 'string';
  readonly doc: string;
  read(): number | string | null;
  /** Absent: read-only at run time. */
  write?(value: number | string): string | null;
}

/** The route blocks of the program. */
export interface Routes {
  find(table: RouteTable, name: string): RouteRef | null;
  /**
   * Runs an event route over a message (a fresh faked request when `ctx` is not given). Gives the run's context, or null
   * when the config has no such route.
   */
  runEvent(name: string, ctx?: ScriptContext): ScriptContext | null | Promise<ScriptContext | null>;
  /** Runs an event route that nobody waits for; what goes wrong in it is logged. */
  tellEvent(name: string, ctx?: ScriptContext): void;
  /** Script variables of which none has been set, for a run that is to have its own (`ScriptContext.vars`). */
  unsetVars(): NonNullable<ScriptContext['vars']>;
  /** A well-formed local request that routes without a message run over (upstream's faked request). */
  fakeRequest(received?: ReceiveInfo): SipMessage;
}

/** Points of the message flow where modules take part. Each list is called in order of registration. */
export interface Hooks {
  /** Before what the network received is read: each may put another text in its place. The run over it adopts `attrs`. */
  readonly rawReceived: ((raw: string, received: ReceiveInfo, attrs: Attributes) => string | Promise<string>)[];
  /** Before a packet is handed to the network: each may put another text in its place. */
  readonly rawSending: ((text: string, dst: Destination, attrs: Attributes) => string)[];
  /**
   * With several threads: true when another thread has been given the message, since what it belongs to is there.
   * `counted`: this thread has begun to route it; the other one does not count it again.
   */
  readonly elsewhere: ((msg: SipMessage, counted: boolean) => boolean)[];
  /**
   * Before `async()` makes a run wait: 0 ends the script (a retransmission, which was absorbed), a negative code says that
   * it cannot wait.
   */
  readonly beforeWait: ((ctx: ScriptContext) => number)[];
  /** Before request_route; false drops the message. */
  readonly preRequest: ((ctx: ScriptContext) => boolean)[];
  /** After request_route has ended. */
  readonly postRequest: ((ctx: ScriptContext) => void)[];
  readonly preReply: ((ctx: ScriptContext) => boolean)[];
  readonly postReply: ((ctx: ScriptContext) => void)[];
  /**
   * Gets each reply after reply_route let it pass: true when it was consumed (tm found its transaction), false when it
   * is to be forwarded statelessly.
   */
  readonly onReply: ((ctx: ScriptContext) => boolean | Promise<boolean>)[];
  /** For each reply to a request: those made here once they left, relayed ones while edits still take effect. */
  readonly replyLeaving: ((reply: SipMessage, dst: Destination, attrs: Attributes) => void)[];
  /** What a clean stop gives some time to end. */
  readonly unfinished: Unfinished[];
  /** After a packet was handed to the network. */
  readonly onSent: ((packet: string, dst: Destination) => void)[];
}

/** Work in progress that spans several messages. */
export interface Unfinished {
  /** How much of it there is. */
  count(): number;
  /** Whether a request is part of it; others are not routed any more. */
  concerns(ctx: ScriptContext): boolean;
}

/** Stateless actions that sl, tm and core functions share. */
export interface StatelessCore {
  /** Text of a reply to a request as the core builds it: edits of the script, Server header, To tag as given. */
  buildReply(ctx: ScriptContext, status: number, reason: string, toTag: string | null): string;
  /** Where replies to a request go (RFC 3261 §18.2.2, RFC 3581, force_rport). */
  replyDestination(msg: SipMessage): Destination;
  /** Builds and sends a stateless reply; false when it could not be sent. */
  sendReply(ctx: ScriptContext, status: number, reason: string, toTag: string | null): boolean;
  /**
   * The next hop of a request: `$du` if set, else the R-URI, resolved (RFC 3263). Synchronous for numeric hosts and
   * cached names. Empty when nothing resolves.
   */
  nextHops(
    uri: string,
    forced: { proto?: string; socket?: ListenSocket | null },
  ): readonly Destination[] | Promise<readonly Destination[]>;
  /**
   * The text of a request as forwarded to `dst` with `branch` in its own Via on top: edits applied, Via received/rport,
   * R-URI replaced by `uri`, Route set from `path`.
   */
  buildForward(ctx: ScriptContext, to: ForwardTarget): string;
  /**
   * Sends bytes after onsend_route had its say; false when dropped or not sendable.
   * @param ctx - the run that onsend_route is to see; null: it is not asked
   * @param attrs - the attributes that `rawSending` hooks see, by default those of `ctx`
   * @param undelivered - see `Network.send`
   */
  send(
    ctx: ScriptContext | null,
    dst: Destination,
    text: string,
    attrs?: Attributes,
    undelivered?: () => void,
  ): boolean;
  /** Further parameters that the script asked for in the topmost Via of a reply, with their leading `;`. */
  replyViaParams(msg: SipMessage, attrs: Attributes): string;
  /** Tells `replyLeaving` hooks of a reply to `request` that was made here and has left. */
  replyLeft(request: SipMessage, text: string, dst: Destination, attrs: Attributes): void;
  /** Forwards statelessly (core function forward()); the return code. Without `branch` its Via gets a stateless one. */
  forward(ctx: ScriptContext, uri: string | null, proto: string | null, branch?: string): number | Promise<number>;
  /**
   * The destination to use for a request of that size, with its Via: another transport when it is too big for UDP
   * (`udp_mtu`, `udp_mtu_try_proto`), else `dst` itself.
   */
  forSize(msg: SipMessage, dst: Destination, bytes: number): Destination;
  /** Forwards a reply by its second Via (RFC 3261 §16.11); false when there is none or it cannot be sent. */
  forwardReply(ctx: ScriptContext): boolean | Promise<boolean>;
  /** The local tag generator of stateless replies: the same tag for the same request, so that ACKs are recognised. */
  statelessToTag(msg: SipMessage): string;
}

export interface ForwardTarget {
  readonly dst: Destination;
  readonly uri: string;
  readonly branch: string;
  /** Path set to prepend as Route headers; null when none. */
  readonly path: string | null;
}
