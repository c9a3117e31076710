import type { Agent } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import { AuthMethod, answerChallenge, unaskedAuthorization } from './authorization.js';
import { CurlCode } from './curl-code.js';
import {
  type Exchange,
  type ExchangeResult,
  type Header,
  headerValue,
  type Pending,
  startExchange,
} from './exchange.js';
import { startHttp2Exchange } from './http2.js';
import { localAddressOf } from './local-address.js';
import type { HttpOptions, HttpRequest, HttpResult } from './request.js';
import type { SecureOptions, TlsFiles } from './tls.js';
import { openTunnel, type Tunnel } from './tunnel.js';
import { parseUrl, resolveLocation, type Target, urlOf } from './url.js';

/** Bytes that are read of an answer, whatever the options say. */
export const MAX_ANSWER = 8 << 20;
const MAX_REDIRECTS = 30;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

type Found = Extract<HttpResult, { status: number }>;
/** A request that came to nothing. */
export type Failure = { readonly failure: number; readonly reason: string };

/** Connections that stay open. */
export interface Agents {
  readonly plain: Agent;
  readonly secure: SecureAgent;
}

/** What is sent at one moment: redirects and challenges change it. */
interface Sending {
  readonly target: Target;
  readonly method: string;
  readonly body: string | null;
  readonly authorization: string | null;
}

/** One request with all its exchanges. */
export class Run {
  #cancel: (code: number, reason: string) => void = () => {};
  #ended = false;
  #stop: (failure: Failure) => void = () => {};
  /** Whether there was a connection to whom the present request goes to. */
  connected = false;
  /** Settles when the run is stopped from outside. */
  readonly stopped = new Promise<Failure>((resolve) => {
    this.#stop = resolve;
  });

  constructor(
    private readonly request: HttpRequest,
    private readonly options: HttpOptions,
    private readonly files: TlsFiles,
    private readonly agents: Agents | null,
  ) {}

  stop(failure: number, reason: string): void {
    this.#ended = true;
    this.#cancel(failure, reason);
    this.#stop({ failure, reason });
  }

  /** What comes of it; never rejects. */
  result(): Promise<Found | Failure> {
    return this.#follow().catch(unexpected);
  }

  async #follow(): Promise<Found | Failure> {
    const { url, method, body } = this.request;
    const { options } = this;
    const first = readTarget(url);
    if ('failure' in first) return first;
    const credentials = first.credentials ?? options.credentials;
    // Those that stand in the URL are sent without being asked for, as libcurl does.
    const authMethods = first.credentials === null ? options.authMethods : AuthMethod.BASIC;
    let sending: Sending = {
      target: first,
      method: method || (body === null ? 'GET' : 'POST'),
      body,
      authorization: unaskedAuthorization(credentials, authMethods),
    };
    for (let redirects = 0, challenged = false; ; ) {
      const answer = await this.#exchange(sending, sending.target.authority === first.authority);
      if ('failure' in answer) return answer;
      const { target } = sending;
      const trusted = target.authority === first.authority;
      if (answer.status === 401 && credentials !== null && trusted && !challenged) {
        const authorization = answerChallenge(answer.headers, credentials, authMethods, {
          method: sending.method,
          uri: target.path,
          body: sending.body ?? '',
        });
        if (authorization !== null) {
          challenged = true;
          sending = { ...sending, authorization };
          continue;
        }
      }
      const location = REDIRECTS.has(answer.status) ? headerValue(answer.headers, 'location') : undefined;
      if (!options.redirects || location === undefined) return { ...answer, url: urlOf(target) };
      if (++redirects > MAX_REDIRECTS) return failed(CurlCode.TOO_MANY_REDIRECTS, `${MAX_REDIRECTS} redirects`);
      const next = readTarget(resolveLocation(target, location));
      if ('failure' in next) return next;
      sending = this.#redirected(sending, next, answer.status, first);
    }
  }

  /** What goes to the new place: 301 to 303 make a GET of a POST, as every client does. */
  #redirected(sending: Sending, target: Target, status: number, first: Target): Sending {
    const toGet = status <= 303 && sending.body !== null;
    return {
      target,
      method: toGet && this.request.method === '' ? 'GET' : sending.method,
      body: toGet ? null : sending.body,
      authorization: target.authority === first.authority ? sending.authorization : null,
    };
  }

  async #exchange(sending: Sending, trusted: boolean): Promise<ExchangeResult> {
    const { options } = this;
    const { target } = sending;
    const secure = target.secure ? await this.files.secure(options.tls) : null;
    if (secure === 'authorities') return failed(CurlCode.SSL_CACERT_BADFILE, `cannot read ${options.tls.authorities}`);
    if (secure === 'certificate') return failed(CurlCode.SSL_CERTPROBLEM, `cannot read ${options.tls.certificate}`);
    const localAddress = await localAddressOf(options.from);
    if (localAddress === null) return failed(CurlCode.INTERFACE_FAILED, `no address of ${options.from}`);
    const socket = await this.#tunnel(target, localAddress);
    if (socket !== null && 'failure' in socket) return socket;
    if (this.#ended) return failed(CurlCode.RECV_ERROR, 'stopped');
    const start = (agents: Agents | null): Promise<ExchangeResult> => {
      const pending = this.#start(sending, trusted, secure, socket?.socket ?? null, localAddress, agents);
      this.#cancel = pending.cancel;
      return pending.result;
    };
    const outcome = await start(this.agents);
    return 'failure' in outcome && outcome.stale === true && !this.#ended ? start(null) : outcome;
  }

  async #tunnel(target: Target, localAddress: string | undefined): Promise<Tunnel | null> {
    const { proxy } = this.options;
    if (proxy === null || !target.secure) return null;
    const authority = target.authority.includes(':') ? target.authority : `${target.authority}:${target.port}`;
    return openTunnel(proxy, authority, localAddress, (stop) => {
      this.#cancel = stop;
    });
  }

  #start(
    sending: Sending,
    trusted: boolean,
    secure: SecureOptions | null,
    socket: Socket | null,
    localAddress: string | undefined,
    agents: Agents | null,
  ): Pending {
    const { options } = this;
    const { target } = sending;
    const proxied = options.proxy !== null && !target.secure;
    const exchange: Exchange = {
      target,
      method: sending.method,
      headers: this.#headers(sending, trusted),
      body: sending.body ?? '',
      requestTarget: proxied ? urlOf(target) : target.path,
      peer: proxied ? options.proxy! : target,
      secure,
      socket,
      agent: target.secure ? agents?.secure : agents?.plain,
      localAddress,
      maxBytes: options.maxBytes > 0 ? Math.min(options.maxBytes, MAX_ANSWER) : MAX_ANSWER,
      onConnected: () => {
        this.connected = true;
      },
    };
    return options.http2 ? startHttp2Exchange(exchange) : startExchange(exchange);
  }

  /** The usual headers, those of the request in their place, and what proves who asks: only to whom it was meant for. */
  #headers({ target, body, authorization }: Sending, trusted: boolean): Header[] {
    const { userAgent } = this.options;
    const given = this.request.headers.filter(([name]) => trusted || !/^(?:authorization|cookie)$/i.test(name));
    const usual: Header[] = [['Host', target.authority]];
    if (authorization !== null) usual.push(['Authorization', authorization]);
    if (userAgent !== '') usual.push(['User-Agent', userAgent]);
    usual.push(['Accept', '*/*']);
    if (body !== null) {
      usual.push(['Content-Length', `${body.length}`], ['Content-Type', 'application/x-www-form-urlencoded']);
    }
    const replaced = new Set(given.map(([name]) => name.toLowerCase()));
    return [
      ...usual.filter(([name]) => name === 'Content-Length' || !replaced.has(name.toLowerCase())),
      ...given.filter(([name, value]) => value !== '' && !/^content-length$/i.test(name)),
    ];
  }
}

function unexpected(error: unknown): Failure {
  return failed(CurlCode.RECV_ERROR, error instanceof Error ? error.message : `${error}`);
}

function failed(failure: number, reason: string): Failure {
  return { failure, reason };
}

function readTarget(url: string): Target | Failure {
  const target = parseUrl(url);
  if (target === 'scheme') return failed(CurlCode.UNSUPPORTED_PROTOCOL, 'no http or https URL');
  return target === 'malformed' ? failed(CurlCode.URL_MALFORMAT, 'no URL') : target;
}
