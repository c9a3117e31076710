/**
 * A SIP message: one latin1 string, an index of header positions made on arrival, everything else parsed when first
 * asked for and kept. Reads always see the text as received; see edits.ts for changes.
 */
import { type BranchTarget, DEFAULT_MAX_BRANCHES } from './branches.js';
import { bytesOf } from './bytes.js';
import { equalsIgnoreCase, parseUint } from './chars.js';
import { type Contact, type ContactList, parseContacts } from './contact.js';
import { type CSeq, parseCSeq } from './cseq.js';
import { type Credentials, parseCredentials } from './digest.js';
import { Edits, ReplyEdits } from './edits.js';
import { type EventHeader, parseEvent } from './event.js';
import {
  AT_BODY,
  AT_BODY_END,
  AT_ID,
  AT_NAME_END,
  AT_START,
  MALFORMED,
  parseFirstLine,
  STRIDE,
  scanHeaders,
} from './header-index.js';
import { Hdr, type HeaderId, headerId } from './header-names.js';
import { Method, type MethodId, methodId } from './methods.js';
import { type NameAddr, parseNameAddr, parseNameAddrList } from './nameaddr.js';
import { listHas } from './params.js';
import type { ListenSocket, ReceiveInfo } from './receive-info.js';
import { parseUri, type Uri } from './uri.js';
import { parseVia, type Via } from './via.js';
import { copyAt, wordAt } from './words.js';

/** Why a text is not a SIP message. */
export class ParseFailure {
  constructor(
    /** What is wrong, for a log line. */
    readonly reason: string,
  ) {}
}

/** Bits of {@link SipMessage.msgFlags}: how the script wants the message or its reply sent. */
export const MsgFlag = {
  /** `force_rport()`: answer to the source port even when the peer did not ask. */
  FORCE_RPORT: 1,
  /** `add_local_rport()`: put `;rport` into our own Via. */
  ADD_LOCAL_RPORT: 2,
  FORWARD_NO_CONNECT: 4,
  REPLY_NO_CONNECT: 8,
  FORWARD_CLOSE: 16,
  REPLY_CLOSE: 32,
  /** `force_tcp_alias()`: connections to the sent-by port may use this connection. */
  TCP_ALIAS: 64,
  /** A final reply was sent statelessly. */
  ANSWERED: 128,
  /** `via_add_srvid(1)`: `;srvid=` with the server's id in our own Via. */
  VIA_SERVER_ID: 256,
  /** `via_add_xavp_params(1)`: the fields of the xavp `xavp_via_params` as parameters in our own Via. */
  VIA_XAVP_PARAMS: 512,
  /** `via_use_xavp_fields(1)`: host, port and transport of our own Via from the xavp `xavp_via_fields`. */
  VIA_XAVP_FIELDS: 1024,
  /** `via_reply_add_xavp_params(1)`: the fields of the xavp `xavp_via_reply_params` in the topmost Via of replies. */
  REPLY_VIA_XAVP_PARAMS: 2048,
} as const;

let nextMessageId = 1;
const NO_BRANCHES: readonly BranchTarget[] = Object.freeze([]);
const NO_RECORDS: readonly number[] = [];

export class SipMessage {
  /** Counts messages per thread, from 1. */
  readonly id: number;
  received: ReceiveInfo;

  /** The text as received (or as last applied). */
  raw = '';
  isRequest = false;
  /** Method of a request; for a reply that of its CSeq once {@link cseq} was read, until then empty. */
  method = '';
  methodId: MethodId = Method.UNDEF;
  /** Request-URI as received; empty for a reply. */
  requestUri = '';
  /** Status code; 0 for a request. */
  status = 0;
  reason = '';
  version = '';

  headerCount = 0;
  /** Index of the first line that is not `name: body`, or -1. */
  malformedHeader = -1;
  /** Position of the first header. */
  firstLineEnd = 0;
  /** Position of the empty line behind the headers, or the text's end. */
  headersEnd = 0;
  bodyStart = 0;
  /** Null while it is let go: made again at the next question. */
  private records: readonly number[] | null = NO_RECORDS;
  /** Bit `id & 31` of every header that is there: most questions are about headers that are not. */
  private present = 0;

  // --- routing state that script and tm change ---

  private newUriText: string | null = null;
  private dstUriText = '';
  /**
   * False once a transaction forwarded to the present destination: `t_relay()` then takes only further branches.
   * Setting the Request-URI or the next hop makes it true again.
   */
  uriFresh = true;
  /** Path vector of the destination (RFC 3327); empty when there is none. */
  pathVector = '';
  instance = '';
  ruid = '';
  locationUa = '';
  /** Message flags (`setflag`), 32 bits. */
  flags = 0;
  /** Branch flags of the Request-URI's branch (`setbflag`), 32 bits. */
  bflags = 0;
  /** q of the Request-URI's branch, 0 … 1000; -1 when unspecified. */
  q = -1;
  /** Socket that the script chose to send from. */
  forceSocket: ListenSocket | null = null;
  /** Bits of {@link MsgFlag}. */
  msgFlags = 0;
  /** `set_advertised_address()`; empty when unset. */
  advertisedAddress = '';
  /** `set_advertised_port()`; 0 when unset. */
  advertisedPort = 0;
  /** Branches beside the Request-URI's own. */
  otherBranches: readonly BranchTarget[] = NO_BRANCHES;
  /** Where tm keeps the transaction that it found for this message. */
  transaction: object | null = null;

  // --- pending changes ---

  private editList: Edits | null = null;
  private replyEditList: ReplyEdits | null = null;

  // --- parsed parts; undefined until first asked for, null when absent or malformed ---

  private currentUriParsed: Uri | null | undefined = undefined;
  private requestUriParsed: Uri | null | undefined = undefined;
  private via1Parsed: Via | null | undefined = undefined;
  private viaList: Via[] | undefined = undefined;
  private fromParsed: NameAddr | null | undefined = undefined;
  private toParsed: NameAddr | null | undefined = undefined;
  private cseqParsed: CSeq | null | undefined = undefined;
  private callIdText: string | null | undefined = undefined;
  private contactList: ContactList | null | undefined = undefined;
  private routeList: readonly NameAddr[] | null | undefined = undefined;
  private recordRouteList: readonly NameAddr[] | null | undefined = undefined;
  private eventParsed: EventHeader | null | undefined = undefined;

  private constructor(id: number, received: ReceiveInfo) {
    this.id = id;
    this.received = received;
  }

  /**
   * Parses the first line and indexes the headers. Never throws. Header values are not looked at: a message without a
   * usable Via ({@link via1} null) or of another protocol ({@link isSip} false) parses, and is the receiver's to drop.
   * @param id - that of a message that was read before, in another thread
   */
  static parse(raw: string, received: ReceiveInfo, id = nextMessageId++): SipMessage | ParseFailure {
    const msg = new SipMessage(id, received);
    const problem = msg.load(raw);
    return problem === null ? msg : new ParseFailure(problem);
  }

  /** The message around a text that {@link parse} refuses: all that can be asked of it are its bytes and their origin. */
  static unread(raw: string, received: ReceiveInfo): SipMessage {
    const msg = new SipMessage(nextMessageId++, received);
    msg.raw = raw;
    msg.isRequest = false;
    msg.headersEnd = raw.length;
    msg.bodyStart = raw.length;
    return msg;
  }

  private load(raw: string): string | null {
    const line = parseFirstLine(raw);
    if (typeof line === 'string') return line;
    this.raw = raw;
    this.isRequest = line.isRequest;
    this.method = line.method;
    this.methodId = line.isRequest ? methodId(line.method) : Method.UNDEF;
    this.requestUri = line.uri;
    this.status = line.status;
    this.reason = line.reason;
    this.version = line.version;
    const scan = scanHeaders(raw, line.next);
    this.firstLineEnd = line.next;
    this.headerCount = scan.count;
    this.malformedHeader = scan.malformed;
    this.headersEnd = scan.headersEnd;
    this.bodyStart = scan.bodyStart;
    this.present = scan.present;
    this.records = scan.records.slice(0, scan.count * STRIDE);
    return null;
  }

  /**
   * An independent message over the same text, with the same id: routing state and edits of either can change without
   * touching the other's. Reply edits stay behind.
   */
  copy(): SipMessage {
    // Field by field: a copy is made for every branch, and Object.assign costs several times as much.
    const copy = new SipMessage(this.id, this.received);
    copy.raw = this.raw;
    copy.isRequest = this.isRequest;
    copy.method = this.method;
    copy.methodId = this.methodId;
    copy.requestUri = this.requestUri;
    copy.status = this.status;
    copy.reason = this.reason;
    copy.version = this.version;
    copy.headerCount = this.headerCount;
    copy.malformedHeader = this.malformedHeader;
    copy.firstLineEnd = this.firstLineEnd;
    copy.headersEnd = this.headersEnd;
    copy.bodyStart = this.bodyStart;
    copy.records = this.records;
    copy.present = this.present;
    copy.newUriText = this.newUriText;
    copy.dstUriText = this.dstUriText;
    copy.uriFresh = this.uriFresh;
    copy.pathVector = this.pathVector;
    copy.instance = this.instance;
    copy.ruid = this.ruid;
    copy.locationUa = this.locationUa;
    copy.flags = this.flags;
    copy.bflags = this.bflags;
    copy.q = this.q;
    copy.forceSocket = this.forceSocket;
    copy.msgFlags = this.msgFlags;
    copy.advertisedAddress = this.advertisedAddress;
    copy.advertisedPort = this.advertisedPort;
    copy.otherBranches = this.otherBranches;
    copy.transaction = this.transaction;
    copy.currentUriParsed = this.currentUriParsed;
    copy.requestUriParsed = this.requestUriParsed;
    copy.via1Parsed = this.via1Parsed;
    copy.viaList = this.viaList;
    copy.fromParsed = this.fromParsed;
    copy.toParsed = this.toParsed;
    copy.cseqParsed = this.cseqParsed;
    copy.callIdText = this.callIdText;
    copy.contactList = this.contactList;
    copy.routeList = this.routeList;
    copy.recordRouteList = this.recordRouteList;
    copy.eventParsed = this.eventParsed;
    copy.editList = this.editList === null ? null : this.editList.fork();
    copy.replyEditList = null;
    return copy;
  }

  /**
   * Takes `raw` as the message's text in place of the one received, as `msg_apply_changes()` does: pending edits are
   * dropped, parsed parts are forgotten, routing state stays. False (and nothing changed) when `raw` does not parse.
   */
  reload(raw: string): boolean {
    const probe = parseFirstLine(raw);
    if (typeof probe === 'string') return false;
    this.load(raw);
    this.newUriText = null;
    this.editList = null;
    this.forgetParts();
    return true;
  }

  /** Lets go of everything that the text tells again when asked, and of pending changes: for messages that are kept. */
  letGo(): void {
    this.records = null;
    this.editList = null;
    this.replyEditList = null;
    this.received.routing = null;
    this.forgetParts();
  }

  private forgetParts(): void {
    this.currentUriParsed = undefined;
    this.requestUriParsed = undefined;
    this.via1Parsed = undefined;
    this.viaList = undefined;
    this.fromParsed = undefined;
    this.toParsed = undefined;
    this.cseqParsed = undefined;
    this.callIdText = undefined;
    this.contactList = undefined;
    this.routeList = undefined;
    this.recordRouteList = undefined;
    this.eventParsed = undefined;
  }

  private get index(): readonly number[] {
    return this.records ?? this.indexAgain();
  }

  private indexAgain(): readonly number[] {
    const scan = scanHeaders(this.raw, this.firstLineEnd);
    this.records = scan.records.slice(0, scan.count * STRIDE);
    return this.records;
  }

  /** False for HTTP and for SIP versions other than 2.0. */
  get isSip(): boolean {
    return equalsIgnoreCase(this.version, 'SIP/2.0');
  }

  // --- headers by index; `i` must be in [0, headerCount) ---

  headerId(i: number): HeaderId {
    return this.index[i * STRIDE + AT_ID] ?? MALFORMED;
  }
  /** Name as written, without the colon. */
  headerName(i: number): string {
    const k = i * STRIDE;
    return this.raw.slice(this.index[k + AT_START], this.index[k + AT_NAME_END]);
  }
  /** Trimmed body; line folds inside it are kept. */
  headerBody(i: number): string {
    const k = i * STRIDE;
    return this.raw.slice(this.index[k + AT_BODY], this.index[k + AT_BODY_END]);
  }
  /** Body with every line fold replaced by one blank (RFC 3261 §7.3.1). */
  headerBodyUnfolded(i: number): string {
    return unfold(this.headerBody(i));
  }
  /** Position of the name's first character. */
  headerStart(i: number): number {
    return this.index[i * STRIDE + AT_START] ?? this.headersEnd;
  }
  /** Position after the header's line end: the next header, or the empty line. */
  headerEnd(i: number): number {
    return this.index[(i + 1) * STRIDE + AT_START] ?? this.headersEnd;
  }
  headerBodyStart(i: number): number {
    return this.index[i * STRIDE + AT_BODY] ?? this.headersEnd;
  }
  /** Position after the trimmed body. */
  headerBodyEnd(i: number): number {
    return this.index[i * STRIDE + AT_BODY_END] ?? this.headersEnd;
  }

  /** Index of the topmost header with this id, or -1. */
  firstHeader(id: HeaderId): number {
    return (this.present & (1 << (id & 31))) === 0 ? -1 : this.nextHeader(-1, id);
  }
  /** Index of the next header with this id after index `i`, or -1. */
  nextHeader(i: number, id: HeaderId): number {
    const index = this.index;
    for (let k = (i + 1) * STRIDE; k < index.length; k += STRIDE) if (index[k] === id) return k / STRIDE;
    return -1;
  }

  /** Index of the topmost header of this name (any case, compact or long), or -1. */
  firstHeaderNamed(name: string): number {
    return this.nextHeaderNamed(-1, name);
  }
  /** Index of the next header of this name after index `i`, or -1. */
  nextHeaderNamed(i: number, name: string): number {
    const id = headerId(name);
    if (id !== Hdr.OTHER) return this.nextHeader(i, id);
    const index = this.index;
    const length = name.length;
    for (let k = (i + 1) * STRIDE; k < index.length; k += STRIDE) {
      if (index[k] !== Hdr.OTHER || index[k + AT_NAME_END]! - index[k + AT_START]! !== length) continue;
      if (equalsIgnoreCase(this.raw.slice(index[k + AT_START], index[k + AT_NAME_END]), name)) return k / STRIDE;
    }
    return -1;
  }

  /** Trimmed body of the topmost header with this id; null when there is none. */
  bodyOf(id: HeaderId): string | null {
    const i = this.firstHeader(id);
    return i < 0 ? null : this.headerBody(i);
  }

  /** {@link bodyOf} in characters of its own: for what outlives the message, which a slice would keep alive. */
  bodyCopyOf(id: HeaderId): string | null {
    const i = this.firstHeader(id);
    return i < 0 ? null : copyAt(this.raw, bytesOf(this.raw), this.headerBodyStart(i), this.headerBodyEnd(i));
  }
  /** The same for texts that come with many messages: one copy serves all of them. */
  wordOf(id: HeaderId): string | null {
    const i = this.firstHeader(id);
    return i < 0 ? null : wordAt(this.raw, bytesOf(this.raw), this.headerBodyStart(i), this.headerBodyEnd(i));
  }

  // --- parsed headers ---

  /** The topmost Via; null when absent or malformed. */
  get via1(): Via | null {
    if (this.via1Parsed === undefined) {
      const i = this.firstHeader(Hdr.VIA);
      this.via1Parsed = i < 0 ? null : parseVia(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i), i);
    }
    return this.via1Parsed;
  }

  /** The n-th Via value from the top, 0-based, over all Via headers; null when there are fewer or it is malformed. */
  via(n: number): Via | null {
    return n === 0 ? this.via1 : (this.vias[n] ?? null);
  }

  /** All Via values from the top, up to the first malformed one. */
  get vias(): readonly Via[] {
    if (this.viaList === undefined) {
      this.viaList = [];
      for (let i = this.firstHeader(Hdr.VIA); i >= 0; i = this.nextHeader(i, Hdr.VIA)) {
        const end = this.headerBodyEnd(i);
        let at = this.headerBodyStart(i);
        while (at < end) {
          const via = parseVia(this.raw, at, end, i);
          if (via === null) return this.viaList;
          this.viaList.push(via);
          const comma = this.raw.indexOf(',', via.end);
          at = comma < 0 || comma >= end ? end : comma + 1;
        }
      }
    }
    return this.viaList;
  }

  /** The From header; null when absent or malformed. */
  get from(): NameAddr | null {
    if (this.fromParsed === undefined) this.fromParsed = this.addressOf(Hdr.FROM);
    return this.fromParsed;
  }
  /** The To header; null when absent or malformed. */
  get to(): NameAddr | null {
    if (this.toParsed === undefined) this.toParsed = this.addressOf(Hdr.TO);
    return this.toParsed;
  }
  get fromTag(): string {
    return this.from?.tag ?? '';
  }
  get toTag(): string {
    return this.to?.tag ?? '';
  }

  get cseq(): CSeq | null {
    if (this.cseqParsed === undefined) {
      const i = this.firstHeader(Hdr.CSEQ);
      this.cseqParsed = i < 0 ? null : parseCSeq(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i));
      if (!this.isRequest && this.cseqParsed !== null) {
        this.method = this.cseqParsed.method;
        this.methodId = this.cseqParsed.methodId;
      }
    }
    return this.cseqParsed;
  }

  /** Call-ID; null when absent. */
  get callId(): string | null {
    if (this.callIdText === undefined) this.callIdText = this.bodyOf(Hdr.CALL_ID);
    return this.callIdText;
  }

  /** All contacts; an empty list without Contact headers, null when one is malformed. */
  get contacts(): ContactList | null {
    if (this.contactList === undefined) this.contactList = this.readContacts();
    return this.contactList;
  }

  private readContacts(): ContactList | null {
    const list: Contact[] = [];
    let star = false;
    for (let i = this.firstHeader(Hdr.CONTACT); i >= 0; i = this.nextHeader(i, Hdr.CONTACT)) {
      const result = parseContacts(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i), list);
      if (result === false) return null;
      if (result === 'star') star = true;
    }
    return { star, list };
  }

  /** Route values from the top over all Route headers; null when one is malformed. */
  get routes(): readonly NameAddr[] | null {
    if (this.routeList === undefined) this.routeList = this.addressesOf(Hdr.ROUTE);
    return this.routeList;
  }
  /** Record-Route values from the top; null when one is malformed. */
  get recordRoutes(): readonly NameAddr[] | null {
    if (this.recordRouteList === undefined) this.recordRouteList = this.addressesOf(Hdr.RECORD_ROUTE);
    return this.recordRouteList;
  }
  /** The topmost Route value; null when there is none or it is malformed. */
  get topRoute(): NameAddr | null {
    return this.routes?.[0] ?? null;
  }

  /** Every address of the headers with this id, from the top; null when one is malformed. Not cached. */
  addressesOf(id: HeaderId): NameAddr[] | null {
    const list: NameAddr[] = [];
    for (let i = this.firstHeader(id); i >= 0; i = this.nextHeader(i, id)) {
      if (!parseNameAddrList(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i), list)) return null;
    }
    return list;
  }

  /** The address in the topmost header with this id; null when absent or malformed. Not cached. */
  addressOf(id: HeaderId): NameAddr | null {
    const i = this.firstHeader(id);
    return i < 0 ? null : parseNameAddr(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i));
  }

  /** Content-Length; -1 when absent or malformed. */
  get contentLength(): number {
    return this.numberOf(Hdr.CONTENT_LENGTH);
  }
  /** Max-Forwards; -1 when absent or malformed. */
  get maxForwards(): number {
    return this.numberOf(Hdr.MAX_FORWARDS);
  }
  /** Expires in seconds; -1 when absent or malformed. */
  get expires(): number {
    return this.numberOf(Hdr.EXPIRES);
  }

  /** Decimal body of the topmost header with this id; -1 when absent or malformed. */
  numberOf(id: HeaderId): number {
    const i = this.firstHeader(id);
    return i < 0 ? -1 : parseUint(this.raw, this.headerBodyStart(i), this.headerBodyEnd(i));
  }

  /** Everything behind the empty line; empty when there is nothing. */
  get body(): string {
    return this.bodyStart < this.raw.length ? this.raw.slice(this.bodyStart) : '';
  }

  get event(): EventHeader | null {
    if (this.eventParsed === undefined) {
      const text = this.bodyOf(Hdr.EVENT);
      this.eventParsed = text === null ? null : parseEvent(text);
    }
    return this.eventParsed;
  }

  /** True when Supported lists this option tag (in lower case). */
  supports(lowerOption: string): boolean {
    return this.lists(Hdr.SUPPORTED, lowerOption);
  }
  /** True when Require lists this option tag (in lower case). */
  requires(lowerOption: string): boolean {
    return this.lists(Hdr.REQUIRE, lowerOption);
  }
  /** True when one of the headers with this id lists `lowerToken` among its comma-separated values. */
  lists(id: HeaderId, lowerToken: string): boolean {
    for (let i = this.firstHeader(id); i >= 0; i = this.nextHeader(i, id)) {
      if (listHas(this.headerBody(i), lowerToken)) return true;
    }
    return false;
  }

  /** Digest credentials of the headers with this id (Authorization or Proxy-Authorization), malformed ones left out. */
  credentials(id: HeaderId): Credentials[] {
    const list: Credentials[] = [];
    for (let i = this.firstHeader(id); i >= 0; i = this.nextHeader(i, id)) {
      const one = parseCredentials(this.headerBody(i));
      if (one !== null) list.push({ ...one, headerIndex: i });
    }
    return list;
  }

  // --- Request-URI ---

  /** The Request-URI that the script set; null when it is the received one. */
  get newUri(): string | null {
    return this.newUriText;
  }
  set newUri(uri: string | null) {
    this.newUriText = uri;
    this.uriFresh = true;
    this.currentUriParsed = undefined;
  }
  /** Next hop in place of the Request-URI (`$du`); empty when there is none. */
  get dstUri(): string {
    return this.dstUriText;
  }
  set dstUri(uri: string) {
    this.dstUriText = uri;
    this.uriFresh = true;
  }
  /** `$ru`: what the script set, else the received one. */
  get currentUri(): string {
    return this.newUriText ?? this.requestUri;
  }
  /** {@link currentUri} split into parts; null when malformed. */
  get parsedUri(): Uri | null {
    if (this.currentUriParsed === undefined) {
      this.currentUriParsed = this.newUriText === null ? this.parsedRequestUri : parseUri(this.newUriText);
    }
    return this.currentUriParsed;
  }
  /** The received Request-URI split into parts; null when malformed. */
  get parsedRequestUri(): Uri | null {
    if (this.requestUriParsed === undefined) this.requestUriParsed = parseUri(this.requestUri);
    return this.requestUriParsed;
  }

  // --- branches ---

  /** Adds a branch; false when there would be more than `max` including the Request-URI's own. */
  addBranch(branch: BranchTarget, max = DEFAULT_MAX_BRANCHES): boolean {
    if (this.otherBranches.length + 1 >= max) return false;
    this.otherBranches = this.otherBranches.concat(branch);
    return true;
  }
  /** Removes branch `i`; false when there is none. */
  removeBranch(i: number): boolean {
    if (i < 0 || i >= this.otherBranches.length) return false;
    this.otherBranches = this.otherBranches.filter((_, k) => k !== i);
    return true;
  }
  clearBranches(): void {
    this.otherBranches = NO_BRANCHES;
  }

  // --- flags in msgFlags, by name ---

  get forceRport(): boolean {
    return (this.msgFlags & MsgFlag.FORCE_RPORT) !== 0;
  }
  set forceRport(on: boolean) {
    this.setMsgFlag(MsgFlag.FORCE_RPORT, on);
  }
  get addLocalRport(): boolean {
    return (this.msgFlags & MsgFlag.ADD_LOCAL_RPORT) !== 0;
  }
  set addLocalRport(on: boolean) {
    this.setMsgFlag(MsgFlag.ADD_LOCAL_RPORT, on);
  }
  get forwardNoConnect(): boolean {
    return (this.msgFlags & MsgFlag.FORWARD_NO_CONNECT) !== 0;
  }
  set forwardNoConnect(on: boolean) {
    this.setMsgFlag(MsgFlag.FORWARD_NO_CONNECT, on);
  }
  get replyNoConnect(): boolean {
    return (this.msgFlags & MsgFlag.REPLY_NO_CONNECT) !== 0;
  }
  set replyNoConnect(on: boolean) {
    this.setMsgFlag(MsgFlag.REPLY_NO_CONNECT, on);
  }
  get forwardClose(): boolean {
    return (this.msgFlags & MsgFlag.FORWARD_CLOSE) !== 0;
  }
  set forwardClose(on: boolean) {
    this.setMsgFlag(MsgFlag.FORWARD_CLOSE, on);
  }
  get replyClose(): boolean {
    return (this.msgFlags & MsgFlag.REPLY_CLOSE) !== 0;
  }
  set replyClose(on: boolean) {
    this.setMsgFlag(MsgFlag.REPLY_CLOSE, on);
  }
  get tcpAlias(): boolean {
    return (this.msgFlags & MsgFlag.TCP_ALIAS) !== 0;
  }
  set tcpAlias(on: boolean) {
    this.setMsgFlag(MsgFlag.TCP_ALIAS, on);
  }
  private setMsgFlag(bit: number, on: boolean): void {
    this.msgFlags = on ? this.msgFlags | bit : this.msgFlags & ~bit;
  }

  // --- pending changes ---

  /** The pending edits, made on first use; ask {@link hasEdits} when only reading. */
  get edits(): Edits {
    if (this.editList === null) this.editList = new Edits();
    return this.editList;
  }
  /** Replaces the pending edits, as when a branch's own edits are dropped again. */
  set edits(edits: Edits) {
    this.editList = edits;
  }
  get hasEdits(): boolean {
    return this.editList !== null && this.editList.size > 0;
  }

  /** What the script added to the next generated reply, made on first use. */
  get replyEdits(): ReplyEdits {
    if (this.replyEditList === null) this.replyEditList = new ReplyEdits();
    return this.replyEditList;
  }
  get hasReplyEdits(): boolean {
    return this.replyEditList !== null;
  }
  /** Drops what was added for a reply (`t_reply` and `sl_send_reply` leave it; upstream resets it per message). */
  clearReplyEdits(): void {
    this.replyEditList = null;
  }
}

/** `text` with every line fold (line break and the blanks around it) replaced by one blank. */
export function unfold(text: string): string {
  let lf = text.indexOf('\n');
  if (lf < 0) return text;
  let out = '';
  let from = 0;
  while (lf >= 0) {
    let end = lf;
    while (end > from && text.charCodeAt(end - 1) <= 32) end--;
    out += `${text.slice(from, end)} `;
    from = lf + 1;
    while (from < text.length && text.charCodeAt(from) <= 32) from++;
    lf = text.indexOf('\n', from);
  }
  return out + text.slice(from);
}
