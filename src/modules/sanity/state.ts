import type { Host } from '../../registry/host.js';
import type { ScriptContext } from '../../script/context.js';
import type { SipMessage } from '../../sip/message.js';
import { Method } from '../../sip/methods.js';
import sl from '../sl/index.js';
import { CHECK_LIMIT, Check, type Failure, URI_CHECK_LIMIT, type Verdict } from './checks.js';
import { digest } from './digest-checks.js';
import * as headers from './header-checks.js';
import { type SizeLimits, sizes } from './sizes.js';
import { uris } from './uri-checks.js';

export interface SanitySettings {
  readonly defaultChecks: number;
  readonly uriChecks: number;
  /** Option tags that Proxy-Require may ask for. */
  readonly proxyRequire: readonly string[];
  /** A failed check ends the script. */
  readonly autodrop: boolean;
  /** Failures are kept for `sanity_reply` and not answered. */
  readonly noreply: boolean;
  /** Sizes are checked whatever the bits say. */
  readonly alwaysSizes: boolean;
  readonly sizes: SizeLimits;
}

/** Return codes of `sanity_check`. */
const PASSED = 1;
const FAILED = 0;

/** Checks messages for format errors and answers those that have some. */
export class Sanity {
  /** What was found wrong with a message while `noreply` was on. */
  readonly #found = new WeakMap<SipMessage, Failure>();
  /** Messages that lack what a reply is made of. */
  readonly #unanswerable = new WeakSet<SipMessage>();

  constructor(
    private readonly host: Host,
    private readonly settings: SanitySettings,
  ) {}

  /** Runs the checks in upstream's order up to the first that fails; absent bits are the defaults. */
  check(ctx: ScriptContext, checks: number | undefined, uriChecks: number | undefined): number {
    const wanted = checks ?? this.settings.defaultChecks;
    const wantedUris = uriChecks ?? this.settings.uriChecks;
    const limit = CHECK_LIMIT[this.host.compat];
    const refuse = (text: string): -1 => {
      this.host.log.error('sanity', text);
      return -1;
    };
    if (wanted < 1 || wanted >= limit) {
      return refuse(`input parameter (${wanted}) outside of valid range <1-${limit})`);
    }
    if (wantedUris < 1 || wantedUris >= URI_CHECK_LIMIT) {
      return refuse(`second input parameter (${wantedUris}) outside of valid range <1-${URI_CHECK_LIMIT}`);
    }
    const failure = this.#firstFailure(ctx.msg, wanted, wantedUris);
    if (failure === null) return PASSED;
    this.#fail(ctx, failure);
    return this.settings.autodrop ? FAILED : -1;
  }

  /** Answers what a check found while `noreply` was on, or 500 when none found anything. */
  reply(ctx: ScriptContext): number {
    const { msg } = ctx;
    if (!msg.isRequest || msg.methodId === Method.ACK || !this.settings.noreply) return 1;
    if (this.#unanswerable.has(msg)) return 1;
    const found = this.#found.get(msg);
    if (found !== undefined) return this.#send(ctx, found.status, found.reason);
    this.host.log.info('sanity', 'no sanity reply info set - sending 500');
    return this.#send(ctx, 500, 'Server Sanity Failure');
  }

  #firstFailure(msg: SipMessage, wanted: number, wantedUris: number): Failure | null {
    for (const [bit, run] of CHECKS) {
      const asked = (wanted & bit) !== 0 || (bit === Check.SIZES && this.settings.alwaysSizes);
      if (!asked) continue;
      const verdict = run(msg, wantedUris, this.settings, this.host.compat === '5.6');
      if (verdict === 'passed') continue;
      // Credentials of another scheme fail the one check and pass the other.
      if (verdict === 'not-applicable') return { status: 0, reason: '', silent: false };
      return verdict;
    }
    return null;
  }

  #fail(ctx: ScriptContext, failure: Failure): void {
    const { msg } = ctx;
    if (failure.header !== undefined) msg.replyEdits.headers.push(failure.header);
    if (failure.silent) this.#unanswerable.add(msg);
    if (failure.status === 0 || !msg.isRequest || msg.methodId === Method.ACK) return;
    if (this.settings.noreply) this.#found.set(msg, failure);
    else if (!this.#unanswerable.has(msg)) this.#send(ctx, failure.status, failure.reason);
  }

  #send(ctx: ScriptContext, status: number, reason: string): number {
    if (this.host.state(sl).reply(ctx, status, reason) > 0) return 1;
    this.host.log.warn('sanity', `failed to send ${status} via sl reply`);
    return -1;
  }
}

type Run = (msg: SipMessage, uriChecks: number, settings: SanitySettings, old: boolean) => Verdict;

/** The checks in the order in which upstream makes them. The version and transport of Via are judged by its parser. */
const CHECKS: ReadonlyArray<readonly [number, Run]> = [
  [Check.SIZES, (msg, _uris, settings) => sizes(msg, settings.sizes)],
  [Check.RURI_SIP_VERSION, headers.sipVersion],
  [Check.RURI_SCHEME, headers.uriScheme],
  [Check.REQUIRED_HEADERS, (msg, _uris, _settings, old) => headers.requiredHeaders(msg, !old)],
  [Check.VIA1_HEADER, headers.firstVia],
  [Check.RFC3261, headers.rfc3261],
  [Check.CSEQ_METHOD, headers.cseqMethod],
  [Check.CSEQ_VALUE, (msg, _uris, _settings, old) => headers.cseqValue(msg, old ? 2 ** 32 : 2 ** 31)],
  [Check.CONTENT_LENGTH, headers.contentLength],
  [Check.EXPIRES, headers.expires],
  [Check.PROXY_REQUIRE, (msg, _uris, settings) => headers.proxyRequire(msg, settings.proxyRequire)],
  [Check.URIS, (msg, checks, _settings, old) => uris(msg, checks, old)],
  [Check.DIGEST, digest],
  [
    Check.AUTHORIZATION,
    (msg) => {
      const verdict = digest(msg);
      return verdict === 'not-applicable' ? 'passed' : verdict;
    },
  ],
  [Check.DUPLICATE_TAGS, headers.duplicateTags],
];
