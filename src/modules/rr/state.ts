import type { BoundPv } from '../../registry/arguments.js';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { RouteKind } from '../../script/route-kind.js';
import type { Edits, EditText } from '../../sip/edits.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import { parseUri, type Uri } from '../../sip/uri.js';
import { TmError } from '../../tm/errors.js';
import { LooseRouter, type Routed } from './loose-route.js';
import {
  advertisedText,
  presetText,
  type RecordRoute,
  type RecordRouteStyle,
  recordRouteText,
} from './record-route.js';

export interface RrSettings {
  readonly appendFromTag: boolean;
  readonly doubleRr: number;
  readonly fullLr: boolean;
  readonly addUsername: boolean;
  readonly mismatchWarning: boolean;
  readonly customUserAvp: string | null;
  readonly forceSendSocket: boolean;
  readonly ignoreSips: boolean;
  readonly socketName: boolean;
  readonly looseRouteMode: number;
}

export type Direction = 'downstream' | 'upstream';

/** Kind of the edits that add Record-Route headers. */
const EDIT_KIND = Hdr.RECORD_ROUTE;

/** How a Record-Route was recorded, kept so that parameters can still be added. */
interface Recorded {
  readonly edits: Edits;
  readonly added: { params: string };
  readonly make: readonly ((added: { params: string }) => EditText)[];
}

/** What is known of one message. */
class MessageState {
  constructor(readonly messageId: number) {}
  /** Parameters waiting for `record_route()`. */
  pending = '';
  recorded: Recorded | null = null;
  /** A second `record_route()` is refused. */
  done = false;
  routed: Routed | null = null;
  direction: Direction | null = null;
}

/** Told of the parameters of the Route that led a request here (dialog and others recognise theirs). */
export type RouteParamsCallback = (ctx: ScriptContext, params: string) => void;

/** Record-Route and loose routing. Other modules use its public methods as upstream's `load_rr`. */
export class Rr {
  readonly routeParamsCallbacks: RouteParamsCallback[] = [];
  readonly #style: RecordRouteStyle;
  readonly #router: LooseRouter;
  #customUser: BoundPv | null = null;

  constructor(
    private readonly host: Host,
    readonly settings: RrSettings,
  ) {
    this.#style = {
      double: settings.doubleRr,
      lr: settings.fullLr ? ';lr=on' : ';lr',
      socketName: settings.socketName,
    };
    this.#router = new LooseRouter(host, settings);
  }

  /** Binds `custom_user_avp`, once all modules are configured. */
  start(): void {
    const text = this.settings.customUserAvp;
    if (text === null || text === '') return;
    const pv = this.host.bindEnv.pv(text);
    if (pv.name !== 'avp')
      throw new ConfigError(`malformed or non AVP custom_user AVP definition in '${text}'`, 'custom_user_avp');
    this.#customUser = pv;
  }

  /** RFC 3261 §16.12 with upstream's return codes; `mode` bits: 1 loose routing only, 2 without flow tokens. */
  looseRoute(ctx: ScriptContext, mode: number): number {
    const state = this.#stateOf(ctx.msg);
    const outcome = this.#router.route(ctx.msg, mode);
    state.routed = outcome.routed;
    if (outcome.badUri) ctx.lastError = TmError.BAD_URI;
    if (outcome.routed !== null && outcome.routed.params !== '') {
      for (const told of this.routeParamsCallbacks) told(ctx, outcome.routed.params);
    }
    return outcome.code;
  }

  /** True when `loose_route()` took a Route of ours off and another follows. */
  hasNextHopRoute(msg: SipMessage): boolean {
    return this.#stateOf(msg).routed?.nextIsRoute ?? false;
  }

  recordRoute(ctx: ScriptContext, params: string): number {
    return this.#record(ctx, 'routed', [null], (rr) => recordRouteText({ ...rr, params }, this.#style));
  }

  recordRoutePreset(ctx: ScriptContext, addresses: readonly string[]): number {
    if (addresses.length > 1 && this.settings.doubleRr === 0) {
      return this.#refuse("Attempt to double record-route while 'enable_double_rr' param is disabled");
    }
    return this.#record(ctx, 'from', addresses, (rr) => presetText(rr, this.#style));
  }

  recordRouteAdvertised(ctx: ScriptContext, address: string): number {
    return this.#record(ctx, 'routed', [address], (rr) => advertisedText(rr, this.#style));
  }

  /** Adds a parameter (with its `;`) to the Record-Route, whether it is recorded already or will be. */
  addParam(ctx: ScriptContext, param: string): boolean {
    const state = this.#stateOf(ctx.msg);
    const { recorded } = state;
    if (recorded === null) {
      state.pending += param;
      return true;
    }
    if (recorded.edits === ctx.msg.edits) {
      recorded.added.params += param;
      return true;
    }
    // In a branch's own copy of the edits the parameter must not show up in the others.
    const added = { params: recorded.added.params + param };
    ctx.msg.edits.dropKind(EDIT_KIND);
    for (const make of recorded.make) ctx.msg.edits.insertAfter(ctx.msg.firstLineEnd, make(added), EDIT_KIND);
    return true;
  }

  removeRecordRoute(ctx: ScriptContext): void {
    ctx.msg.edits.dropKind(EDIT_KIND);
  }

  /** The parameters of the Route that led here, with their leading `;` where upstream shows one; null for none. */
  routeParams(msg: SipMessage): string | null {
    const state = this.#stateOf(msg);
    if (state.routed !== null && state.routed.params !== '') return state.routed.shown;
    const uri = this.#ownTopRoute(msg);
    if (uri === null) return null;
    state.routed = { params: uri.params, shown: `;${uri.params}`, nextIsRoute: state.routed?.nextIsRoute ?? false };
    return uri.params === '' ? null : state.routed.shown;
  }

  /** The way a request goes along its dialog: by the tag of its first request that our Record-Route carries. */
  direction(msg: SipMessage): Direction {
    const state = this.#stateOf(msg);
    state.direction ??= this.#readDirection(msg);
    return state.direction;
  }

  /** URI of the topmost Route. `undefined` (5.6) or null when there is none or it is malformed. */
  routeUri(msg: SipMessage): string | null | undefined {
    const top = msg.topRoute;
    if (top?.bracketed) return top.uri;
    const present = msg.firstHeader(Hdr.ROUTE) >= 0;
    if (present) this.host.log.error('rr', 'Error while parsing Route header');
    else this.host.log.info('rr', 'No route header present.');
    return this.host.compat === '5.6' ? undefined : null;
  }

  /** From tag and To tag as the dialog's first request had them. */
  initialTags(msg: SipMessage): { readonly from: string; readonly to: string } {
    return this.direction(msg) === 'upstream'
      ? { from: msg.toTag, to: msg.fromTag }
      : { from: msg.fromTag, to: msg.toTag };
  }

  #readDirection(msg: SipMessage): Direction {
    const params = this.routeParams(msg);
    const ftag = params === null ? null : parseUri(`sip:x${params.startsWith(';') ? '' : ';'}${params}`)?.param('ftag');
    if (!ftag || msg.fromTag === '') return 'downstream';
    return ftag === msg.fromTag ? 'downstream' : 'upstream';
  }

  #ownTopRoute(msg: SipMessage): Uri | null {
    if (!msg.isRequest || msg.firstHeader(Hdr.ROUTE) < 0) return null;
    if (msg.routes === null) {
      this.host.log.error('rr', 'failed to parse Route HF');
      return null;
    }
    const uri = msg.topRoute?.parsed ?? null;
    if (uri === null) {
      this.host.log.error('rr', `failed to parse the first route URI (${msg.topRoute?.uri ?? ''})`);
      return null;
    }
    return this.#router.isOwn(uri) ? uri : null;
  }

  #record(
    ctx: ScriptContext,
    tagOf: 'from' | 'routed',
    addresses: readonly (string | null)[],
    text: (rr: RecordRoute) => EditText,
  ): number {
    const { msg } = ctx;
    const state = this.#stateOf(msg);
    if (state.done) return this.#refuse('Double attempt to record-route');
    const user = this.#user(ctx);
    if (user === null) return this.#refuse('failed to extract username');
    const backwards = tagOf === 'routed' && this.settings.appendFromTag && this.direction(msg) === 'upstream';
    const base = {
      secure: !this.settings.ignoreSips && msg.parsedUri?.scheme === 'sips',
      user,
      ftag: !this.settings.appendFromTag ? '' : backwards ? msg.toTag : msg.fromTag,
      params: '',
    };
    const added = { params: state.pending };
    const make = addresses.map((address) => (extra: { params: string }) => text({ ...base, address, added: extra }));
    for (const one of make) msg.edits.insertAfter(msg.firstLineEnd, one(added), EDIT_KIND);
    state.recorded = { edits: msg.edits, added, make };
    state.pending = '';
    if (ctx.kind !== RouteKind.BRANCH) state.done = true;
    return 1;
  }

  #user(ctx: ScriptContext): string | null {
    if (!this.settings.addUsername) return '';
    const custom = this.#customUser?.read(ctx);
    if (typeof custom === 'string' && custom !== '') return custom;
    const uri = ctx.msg.parsedRequestUri;
    if (uri === null) return null;
    if (uri.user !== '' || ctx.msg.newUri === null) return uri.user;
    return ctx.msg.parsedUri?.user ?? null;
  }

  #refuse(text: string): -1 {
    this.host.log.error('rr', text);
    return -1;
  }

  /** Kept with what copies of a message share: branch and failure routes of a transaction run over copies. */
  #stateOf(msg: SipMessage): MessageState {
    const { received } = msg;
    const known = received.routing;
    if (known instanceof MessageState && known.messageId === msg.id) return known;
    const state = new MessageState(msg.id);
    received.routing = state;
    return state;
  }
}
