import type { Network } from '../net/transport.js';
import { packDestination, socketAt, unpackDestination, type WireDestination } from '../net/wire.js';
import type { RouteRef, RouteTable } from '../registry/arguments.js';
import type { Routes } from '../registry/host.js';
import { type AttributesState, packAttributes, unpackAttributes } from '../script/attributes-state.js';
import { Arming } from './arming.js';
import { type Branch, FAKED, type StoredReply } from './branch.js';
import type { TransactionLayer } from './layer.js';
import { type MessageState, packMessage, socketIndex, unpackMessage } from './message-state.js';
import type { PacketState } from './timed-packet.js';
import { type RoutingState, TFlag, Transaction } from './transaction.js';

/** A server transaction with its branches as plain data, for going on in another thread. */
export interface TransactionState {
  readonly index: number;
  readonly label: number;
  readonly request: MessageState;
  readonly attributes: AttributesState;
  readonly arming: ArmingState;
  readonly created: number;
  readonly fields: Readonly<Record<Field, number>>;
  readonly localTag: string;
  readonly replyText: string;
  readonly replyTo: WireDestination | null;
  readonly relayedTags: ReadonlyMap<string, boolean> | null;
  readonly routing: (Omit<RoutingState, 'forceSocket'> & { readonly forceSocket: number }) | null;
  readonly cancelReason: string | null;
  readonly branches: readonly BranchState[];
}

/** What a transaction keeps as plain numbers. */
const FIELDS = [
  'flags',
  'status',
  'relayedBranch',
  'picked',
  'messageFlags',
  'editMark',
  'error',
  'runDid',
  'endOfLife',
  'fr',
  'frInvite',
  't1',
  't2',
  'dropMode',
  'blindBranch',
  'suspendedKind',
  'suspendedBranch',
] as const;
type Field = (typeof FIELDS)[number];

interface ArmingState {
  readonly onFailure: string | null;
  readonly onReply: string | null;
  readonly onBranch: string | null;
  readonly onBranchFailure: string | null;
  readonly times: readonly number[];
  readonly setFlags: number;
  readonly clearFlags: number;
}

/** What a branch keeps as plain data and its thread does not matter for. */
const BRANCH_FIELDS = [
  'status',
  'uri',
  'path',
  'instance',
  'ruid',
  'locationUa',
  'flags',
  'canceled',
  'timedOut',
  'replied',
  'proceeding',
  'firstOfStep',
  'blind',
] as const;

interface BranchState {
  readonly fields: Readonly<Record<(typeof BRANCH_FIELDS)[number], string | number | boolean>>;
  readonly reply: MessageState | 'faked' | null;
  readonly forceSocket: number;
  readonly onReply: string | null;
  readonly onFailure: string | null;
  readonly onBranchFailure: string | null;
  readonly destination: WireDestination | null;
  readonly alternatives: readonly WireDestination[];
  readonly packet: PacketState;
}

const nameOf = (route: RouteRef | null): string | null => route?.name ?? null;

/**
 * A transaction as plain data. Null for one that has to stay: one that is not suspended, or not here any more, a
 * transaction of our own, one that waits for a route or a name, or one with CANCELs or a final reply on their way.
 */
export function packTransaction(t: Transaction, network: Network): TransactionState | null {
  if (!t.inTable || !t.has(TFlag.SUSPENDED)) return null;
  if (t.request === null || t.busy || t.forwarding !== null || t.response !== null || t.waitTimer !== null) return null;
  if (t.branches.some((b) => b.cancel !== null)) return null;
  const { arming, routing } = t;
  const fields = {} as Record<Field, number>;
  for (const name of FIELDS) fields[name] = t[name];
  return {
    index: t.index,
    label: t.label,
    request: packMessage(t.request, network),
    attributes: packAttributes(t.attrs),
    arming: {
      onFailure: nameOf(arming.onFailure),
      onReply: nameOf(arming.onReply),
      onBranch: nameOf(arming.onBranch),
      onBranchFailure: nameOf(arming.onBranchFailure),
      times: [arming.fr, arming.frInvite, arming.t1, arming.t2, arming.inviteLifetime, arming.nonInviteLifetime],
      setFlags: arming.setFlags,
      clearFlags: arming.clearFlags,
    },
    created: t.created,
    fields,
    localTag: t.localTag,
    replyText: t.replyText,
    replyTo: t.replyTo && packDestination(t.replyTo),
    relayedTags: t.relayedTags,
    routing: routing && { ...routing, forceSocket: socketIndex(routing.forceSocket) },
    cancelReason: t.cancelReason,
    branches: t.branches.map((b) => packBranch(b, network)),
  };
}

function packBranch(branch: Branch, network: Network): BranchState {
  const fields = {} as Record<(typeof BRANCH_FIELDS)[number], string | number | boolean>;
  for (const name of BRANCH_FIELDS) fields[name] = branch[name];
  return {
    fields,
    reply: packReply(branch.reply, network),
    forceSocket: socketIndex(branch.forceSocket),
    onReply: nameOf(branch.onReply),
    onFailure: nameOf(branch.onFailure),
    onBranchFailure: nameOf(branch.onBranchFailure),
    destination: branch.destination && packDestination(branch.destination),
    alternatives: branch.alternatives.map(packDestination),
    packet: branch.packet.state,
  };
}

function packReply(reply: StoredReply, network: Network): MessageState | 'faked' | null {
  if (reply === FAKED) return 'faked';
  return reply === null ? null : packMessage(reply, network);
}

/** Brings a transaction to life again, with its timers; it is not in the table yet. Null when it cannot be had here. */
export function unpackTransaction(state: TransactionState, layer: TransactionLayer): Transaction | null {
  const { network, routes } = layer.host;
  const request = unpackMessage(state.request, network);
  if (request === null) return null;
  const t = new Transaction(
    state.index,
    state.label,
    request,
    request.callId ?? '',
    request.cseq?.number ?? 0,
    request.method,
    request.methodId,
    unpackAttributes(state.attributes),
    unpackArming(state.arming, routes),
    state.created,
  );
  request.transaction = t;
  // The run that made it has suspended it, which ends a run.
  t.runEnded = true;
  for (const name of FIELDS) t[name] = state.fields[name];
  t.localTag = state.localTag;
  t.replyText = state.replyText;
  t.replyTo = state.replyTo && unpackDestination(state.replyTo, network);
  t.relayedTags = state.relayedTags && new Map(state.relayedTags);
  t.routing = state.routing && { ...state.routing, forceSocket: socketAt(network, state.routing.forceSocket) };
  t.cancelReason = state.cancelReason;
  for (const branch of state.branches) unpackBranch(t, branch, layer);
  return t;
}

function unpackBranch(t: Transaction, state: BranchState, layer: TransactionLayer): void {
  const { network, routes } = layer.host;
  const branch = layer.forwarding.makeBranch(t, state.destination && unpackDestination(state.destination, network));
  Object.assign(branch, state.fields);
  branch.forceSocket = socketAt(network, state.forceSocket);
  branch.onReply = routeNamed(routes, 'onreply', state.onReply);
  branch.onFailure = routeNamed(routes, 'failure', state.onFailure);
  branch.onBranchFailure = routeNamed(routes, 'event', state.onBranchFailure);
  branch.alternatives = state.alternatives.map((dst) => unpackDestination(dst, network));
  if (state.reply === 'faked') branch.reply = FAKED;
  else if (state.reply !== null) {
    branch.reply = unpackMessage(state.reply, network);
    if (branch.reply !== null) branch.reply.transaction = t;
  }
  t.branches.push(branch);
  branch.packet.restore(state.packet);
}

function unpackArming(state: ArmingState, routes: Routes): Arming {
  const arming = new Arming();
  arming.onFailure = routeNamed(routes, 'failure', state.onFailure);
  arming.onReply = routeNamed(routes, 'onreply', state.onReply);
  arming.onBranch = routeNamed(routes, 'branch', state.onBranch);
  arming.onBranchFailure = routeNamed(routes, 'event', state.onBranchFailure);
  const [fr = 0, frInvite = 0, t1 = 0, t2 = 0, inviteLifetime = 0, nonInviteLifetime = 0] = state.times;
  Object.assign(arming, { fr, frInvite, t1, t2, inviteLifetime, nonInviteLifetime });
  arming.setFlags = state.setFlags;
  arming.clearFlags = state.clearFlags;
  return arming;
}

function routeNamed(routes: Routes, table: RouteTable, name: string | null): RouteRef | null {
  return name === null ? null : routes.find(table, name);
}
