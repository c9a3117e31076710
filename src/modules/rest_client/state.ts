import { VERSION } from '../../observe/version.js';
import type { Host } from '../../registry/host.js';
import type { ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { HttpClient } from '../http_client/client/client.js';
import { CurlCode } from '../http_client/client/curl-code.js';
import type { Header } from '../http_client/client/exchange.js';
import type { HttpOptions, HttpRequest, HttpResult } from '../http_client/client/request.js';
import type { params as definitions } from './params.js';

/** What the functions of OpenSIPS' rest_client answer. */
export const Code = {
  DONE: 1,
  REFUSED: -1,
  CONNECT_TIMEOUT: -2,
  TRANSFER_TIMEOUT: -3,
  FAILED: -10,
} as const;

/** The REST client of one script thread. */
export class RestClient {
  readonly #client: HttpClient;
  readonly #options: HttpOptions;
  #underWay = 0;

  constructor(
    private readonly host: Host,
    private readonly params: ParamValues<typeof definitions>,
  ) {
    this.#client = new HttpClient(host.clock);
    this.#options = optionsOf(params);
  }

  /** Headers for the next request of a run; taken along once. */
  appendHeaders(ctx: ScriptContext, headers: readonly Header[]): void {
    ctx.scratch ??= new Map();
    ctx.scratch.set(this, [...this.#appended(ctx), ...headers]);
  }

  /** Sends a request with the headers that were appended; failures are logged. */
  async send(ctx: ScriptContext, request: HttpRequest): Promise<HttpResult> {
    const appended = this.#appended(ctx);
    ctx.scratch?.delete(this);
    const outcome = await this.#bounded({ ...request, headers: [...request.headers, ...appended] });
    if ('failure' in outcome) this.host.log.error('rest_client', `${request.url}: ${outcome.reason}`);
    return outcome;
  }

  stop(): void {
    this.#client.close();
  }

  async #bounded(request: HttpRequest): Promise<HttpResult> {
    const most = this.params.max_async_transfers;
    if (this.#underWay >= most) {
      return { failure: CurlCode.OUT_OF_MEMORY, reason: `${most} requests are under way`, connected: false };
    }
    this.#underWay++;
    try {
      return await this.#client.request(request, this.#options);
    } finally {
      this.#underWay--;
    }
  }

  #appended(ctx: ScriptContext): readonly Header[] {
    return (ctx.scratch?.get(this) as readonly Header[] | undefined) ?? [];
  }
}

/** The code of a request that got no answer. */
export function failureCode({ failure, connected }: Extract<HttpResult, { failure: number }>): number {
  if (failure === CurlCode.COULDNT_CONNECT) return Code.REFUSED;
  if (failure !== CurlCode.OPERATION_TIMEDOUT) return Code.FAILED;
  return connected ? Code.TRANSFER_TIMEOUT : Code.CONNECT_TIMEOUT;
}

function optionsOf(p: ParamValues<typeof definitions>): HttpOptions {
  return {
    timeout: p.curl_timeout * 1000,
    connectTimeout: p.connection_timeout_ms >= 0 ? p.connection_timeout_ms : p.connection_timeout * 1000,
    maxBytes: p.max_transfer_size * 1024,
    userAgent: VERSION.full,
    redirects: false,
    credentials: null,
    authMethods: 0,
    keepAlive: true,
    proxy: null,
    from: '',
    http2: p.curl_http_version === 5,
    tls: {
      authorities: p.ssl_capath ?? '',
      certificate: '',
      key: '',
      ciphers: '',
      version: 0,
      verifyPeer: p.ssl_verifypeer !== 0,
      verifyHost: p.ssl_verifyhost !== 0,
    },
  };
}
