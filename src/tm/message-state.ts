import type { Network } from '../net/transport.js';
import { packReceive, socketAt, unpackReceive, type WireReceive } from '../net/wire.js';
import type { BranchTarget } from '../sip/branches.js';
import type { EditText, SendTarget } from '../sip/edits.js';
import { ParseFailure, SipMessage } from '../sip/message.js';
import type { ListenSocket } from '../sip/receive-info.js';

/** The index that stands for no socket. */
export const NO_SOCKET = -1;

/** A message with what the script did to it, as plain data for another thread. */
export interface MessageState {
  readonly id: number;
  readonly raw: string;
  readonly from: WireReceive;
  readonly newUri: string | null;
  readonly dstUri: string;
  readonly uriFresh: boolean;
  readonly pathVector: string;
  readonly instance: string;
  readonly ruid: string;
  readonly locationUa: string;
  readonly flags: number;
  readonly bflags: number;
  readonly q: number;
  readonly msgFlags: number;
  readonly forceSocket: number;
  readonly advertisedAddress: string;
  readonly advertisedPort: number;
  readonly branches: readonly (Omit<BranchTarget, 'forceSocket'> & { readonly forceSocket: number })[];
  readonly edits: readonly EditState[];
  readonly replyHeaders: readonly string[];
  readonly replyBody: string;
}

interface EditState {
  readonly position: number;
  readonly length: number;
  readonly kind: number;
  readonly text: string | TextBySocket;
}

/** A text that depends on the socket that the message leaves from: all it can be. */
interface TextBySocket {
  readonly unsent: string;
  /** By the socket's place in the list of sockets. */
  readonly sent: readonly string[];
}

export const socketIndex = (socket: ListenSocket | null): number => socket?.index ?? NO_SOCKET;

export function packMessage(msg: SipMessage, network: Network): MessageState {
  const branches = msg.otherBranches.map((b) => ({ ...b, forceSocket: socketIndex(b.forceSocket) }));
  const edits = msg.hasEdits
    ? msg.edits.all.map(({ position, length, kind, text }) => ({
        position,
        length,
        kind,
        text: typeof text === 'string' ? text : bySocket(text, msg, network),
      }))
    : [];
  return {
    id: msg.id,
    raw: msg.raw,
    from: packReceive(msg.received),
    newUri: msg.currentUri === msg.requestUri ? null : msg.currentUri,
    dstUri: msg.dstUri,
    uriFresh: msg.uriFresh,
    pathVector: msg.pathVector,
    instance: msg.instance,
    ruid: msg.ruid,
    locationUa: msg.locationUa,
    flags: msg.flags,
    bflags: msg.bflags,
    q: msg.q,
    msgFlags: msg.msgFlags,
    forceSocket: socketIndex(msg.forceSocket),
    advertisedAddress: msg.advertisedAddress,
    advertisedPort: msg.advertisedPort,
    branches,
    edits,
    replyHeaders: msg.hasReplyEdits ? [...msg.replyEdits.headers] : [],
    replyBody: msg.hasReplyEdits ? msg.replyEdits.body : '',
  };
}

/** Null when the message cannot be had here: its socket is not known. */
export function unpackMessage(state: MessageState, network: Network): SipMessage | null {
  const received = unpackReceive(state.from, network);
  const msg = received && SipMessage.parse(state.raw, received, state.id);
  if (msg === null || msg instanceof ParseFailure) return null;
  if (state.newUri !== null) msg.newUri = state.newUri;
  if (state.dstUri !== '') msg.dstUri = state.dstUri;
  msg.uriFresh = state.uriFresh;
  msg.pathVector = state.pathVector;
  msg.instance = state.instance;
  msg.ruid = state.ruid;
  msg.locationUa = state.locationUa;
  msg.flags = state.flags;
  msg.bflags = state.bflags;
  msg.q = state.q;
  msg.msgFlags = state.msgFlags;
  msg.forceSocket = socketAt(network, state.forceSocket);
  msg.advertisedAddress = state.advertisedAddress;
  msg.advertisedPort = state.advertisedPort;
  msg.otherBranches = state.branches.map((b) => ({ ...b, forceSocket: socketAt(network, b.forceSocket) }));
  if (state.edits.length > 0) {
    msg.edits.takeOver(
      state.edits.map(({ text, ...edit }) => ({
        ...edit,
        text: typeof text === 'string' ? text : textOf(text, network),
      })),
    );
  }
  for (const line of state.replyHeaders) msg.replyEdits.addHeader(line);
  if (state.replyBody !== '') msg.replyEdits.body = state.replyBody;
  return msg;
}

function bySocket(text: (target: SendTarget | null) => string, msg: SipMessage, network: Network): TextBySocket {
  const receivedOn = msg.received.socket;
  return { unsent: text(null), sent: network.sockets.map((socket) => text({ socket, receivedOn })) };
}

function textOf(text: TextBySocket, network: Network): EditText {
  return (target) => {
    if (target === null) return text.unsent;
    const at = network.sockets.findIndex((s) => s.index === target.socket.index);
    return text.sent[at] ?? text.unsent;
  };
}
