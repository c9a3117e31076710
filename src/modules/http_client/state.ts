import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Counter } from '../../observe/statistics.js';
import { VERSION } from '../../observe/version.js';
import type { Host } from '../../registry/host.js';
import { ConfigError, type ParamSetting, type ParamValues } from '../../registry/module.js';
import type { ScriptContext } from '../../script/context.js';
import { PerRun } from '../sqlops/per-run.js';
import { HttpClient } from './client/client.js';
import { CurlCode } from './client/curl-code.js';
import { type Header, headerValue } from './client/exchange.js';
import type { HttpOptions, HttpRequest, HttpResult } from './client/request.js';
import { parseProxy } from './client/tunnel.js';
import { parseConfigFile } from './config-file.js';
import { type Connection, type ConnectionDefaults, makeConnection } from './connection.js';
import { parseConnection } from './connection-text.js';
import { params as definitions } from './params.js';

type Params = ParamValues<typeof definitions>;

/** Seconds when `connection_timeout` is 0. */
const DEFAULT_TIMEOUT = 4;

/** What a request gave a script: its code, and the text for the result variable. */
export interface Result {
  readonly code: number;
  readonly text: string;
}

/** The HTTP client of one script thread, and its connections. */
export class HttpClientState {
  readonly client: HttpClient;
  readonly #connections = new Map<string, Connection>();
  /** By a connection's name: the URL that its last request ended at. */
  readonly #visited = new PerRun<string>();
  /** Headers of the last answer, under one name. */
  readonly #headers = new PerRun<readonly Header[]>();
  readonly #succeeded: Counter;
  readonly #failed: Counter;
  /** Whether headers of answers are kept (`response_headers`). */
  keepsHeaders: boolean;

  constructor(
    readonly host: Host,
    private readonly params: Params,
    settings: readonly ParamSetting[],
  ) {
    this.client = new HttpClient(host.clock);
    this.keepsHeaders = params.response_headers !== 0;
    this.#define(settings);
    host.statistics.gauge('httpclient', 'connections', () => this.#connections.size);
    this.#succeeded = host.statistics.counter('httpclient', 'connok');
    this.#failed = host.statistics.counter('httpclient', 'connfail');
  }

  error(text: string): -1 {
    this.host.log.error('http_client', text);
    return -1;
  }

  /** In the order in which upstream lists them: the last one first. */
  get connections(): readonly Connection[] {
    return [...this.#connections.values()].reverse();
  }

  /** Sends a request as the module's parameters have it. */
  async query(ctx: ScriptContext, request: HttpRequest, http2 = false): Promise<Result> {
    const options = { ...optionsOf(this.params).options, http2 };
    const outcome = await this.#send(ctx, request, options);
    const code = codeOf(outcome);
    return { code, text: textOf(outcome, this.params.query_result !== 0) };
  }

  /** Sends a request over a connection; `path` and `body` may be empty. Code -1 when there is no such connection (logged). */
  async connect(ctx: ScriptContext, name: string, path: string, contentType: string, body: string): Promise<Result> {
    const first = this.#connections.get(name);
    if (first === undefined) return { code: this.error(`No cURL connection found: ${name}`), text: '' };
    const outcome = await this.#over(ctx, first, path, contentType, body);
    const second = this.#connections.get(first.failover);
    if (first.failover === '' || !isFailure(outcome)) return { code: codeOf(outcome), text: textOf(outcome, false) };
    this.error(`FAILURE: Trying failover to curl con (${first.failover})`);
    if (second === undefined) return { code: this.error(`No cURL connection found: ${first.failover}`), text: '' };
    const again = await this.#over(ctx, second, path, contentType, body);
    return { code: codeOf(again), text: textOf(again, false) };
  }

  /** Where the last request over a connection ended; null when there is no such connection (logged). */
  visited(ctx: ScriptContext, name: string): string | null {
    if (this.#connections.has(name)) return this.#visited.get(ctx, name) ?? '';
    this.error(`No cURL connection found: ${name}`);
    return null;
  }

  /** A header of the last answer, when they are kept. */
  header(ctx: ScriptContext, lowerName: string): string | null {
    return headerValue(this.#headers.get(ctx, '') ?? [], lowerName) ?? null;
  }

  clearHeaders(ctx: ScriptContext): void {
    this.#headers.set(ctx, '', []);
  }

  stop(): void {
    this.client.close();
  }

  #over(ctx: ScriptContext, c: Connection, path: string, contentType: string, body: string): Promise<HttpResult> {
    const request: HttpRequest = {
      url: `${c.scheme}://${c.url}${path === '' || path.startsWith('/') ? '' : '/'}${path}`,
      method: '',
      body: body === '' ? null : body,
      headers: body === '' ? [] : [['Content-Type', contentType]],
    };
    return this.#send(ctx, request, c.options, c.name);
  }

  async #send(ctx: ScriptContext, request: HttpRequest, options: HttpOptions, name?: string): Promise<HttpResult> {
    const outcome = await this.client.request(request, options);
    if ('failure' in outcome) this.host.log.warn('http_client', complaint(outcome, request.url));
    if (name !== undefined) this.#visited.set(ctx, name, 'failure' in outcome ? '' : outcome.url);
    if (this.keepsHeaders) this.#headers.set(ctx, '', 'failure' in outcome ? [] : outcome.headers);
    if (codeOf(outcome) === 200) this.#succeeded.inc();
    else this.#failed.inc();
    return outcome;
  }

  /** Connections take the parameters that stand above them, as upstream; those of the file the last ones. */
  #define(settings: readonly ParamSetting[]): void {
    const above: Record<string, unknown> = {};
    for (const [name, def] of Object.entries(definitions)) above[name] = 'default' in def ? def.default : [];
    // The unit is one for all: it says how numbers are to be read, not what they are.
    above.timeout_mode = this.params.timeout_mode;
    for (const setting of settings) {
      if (setting.name !== 'httpcon') above[setting.name] = setting.value;
      else this.#add(`${setting.value}`, optionsOf(above as unknown as Params), setting);
    }
    const file = this.params.config_file;
    if (file !== null) this.#load(file);
  }

  #add(text: string, defaults: ConnectionDefaults, setting: ParamSetting): void {
    const parsed = parseConnection(text);
    if (typeof parsed === 'string') throw new ConfigError(parsed, setting);
    if (this.#connections.has(parsed.name)) throw new ConfigError('duplicate Curl connection name', setting);
    this.#connections.set(parsed.name, makeConnection(parsed, defaults, this.#complain));
  }

  #load(file: string): void {
    let text: string;
    try {
      text = readFileSync(resolve(this.host.configDir, file), 'latin1');
    } catch (error) {
      const why = error instanceof Error ? error.message : `${error}`;
      throw new ConfigError(`Failed to load http_client connections from [${file}]: ${why}`, 'config_file');
    }
    const connections = parseConfigFile(text);
    if (typeof connections === 'string') throw new ConfigError(`${file}: ${connections}`, 'config_file');
    for (const one of connections) {
      if (this.#connections.has(one.name)) throw new ConfigError('duplicate Curl connection name', 'config_file');
      this.#connections.set(one.name, makeConnection(one, optionsOf(this.params), this.#complain));
    }
  }

  readonly #complain = (level: 'warn' | 'error', message: string): void => {
    this.host.log[level]('http_client', message);
  };
}

/** How requests are made by values of parameters. */
function optionsOf(p: Params): ConnectionDefaults {
  const unit = p.timeout_mode === 1 ? 1000 : p.timeout_mode === 2 ? 1 : 0;
  const timeout = p.connection_timeout > 0 || unit === 0 ? p.connection_timeout : (DEFAULT_TIMEOUT * 1000) / unit;
  return {
    timeout,
    unit,
    proxyPort: p.httpproxyport,
    maxBytes: p.maxdatasize,
    options: {
      timeout: timeout * unit,
      connectTimeout: 0,
      maxBytes: p.query_maxdatasize,
      userAgent: p.useragent ?? VERSION.full,
      redirects: p.httpredirect !== 0,
      credentials: null,
      authMethods: p.authmethod,
      keepAlive: p.keep_connections !== 0,
      proxy: p.httpproxy === null ? null : parseProxy(p.httpproxy, p.httpproxyport),
      from: p.netinterface ?? '',
      http2: false,
      tls: {
        authorities: p.cacert,
        certificate: p.client_cert,
        key: p.client_key,
        ciphers: p.cipher_suites,
        version: p.tlsversion,
        verifyPeer: p.verify_peer !== 0,
        verifyHost: p.verify_host !== 0,
      },
    },
  };
}

function codeOf(outcome: HttpResult): number {
  return 'failure' in outcome ? outcome.failure : outcome.status || -1;
}

/** Whether another connection may do better: nothing came, or the server could not. */
function isFailure(outcome: HttpResult): boolean {
  return 'failure' in outcome || outcome.status >= 500;
}

/** The body of an answer that means something, or its first line. */
function textOf(outcome: HttpResult, firstLine: boolean): string {
  if ('failure' in outcome || outcome.status < 200 || outcome.status >= 500) return '';
  const end = firstLine ? outcome.body.indexOf('\n') : -1;
  return end < 0 ? outcome.body : outcome.body.slice(0, end);
}

/** Upstream's words for the failures that it has words for. */
const COMPLAINTS: Readonly<Record<number, string>> = {
  [CurlCode.COULDNT_CONNECT]: 'failed to connect() to host',
  [CurlCode.COULDNT_RESOLVE_HOST]: "Couldn't resolve host",
  [CurlCode.COULDNT_RESOLVE_PROXY]: "Couldn't resolve http proxy host",
  [CurlCode.UNSUPPORTED_PROTOCOL]: 'URL Schema not supported by curl',
  [CurlCode.URL_MALFORMAT]: 'Malformed URL used in http client',
  [CurlCode.OPERATION_TIMEDOUT]: 'Curl library timed out on request',
  [CurlCode.SSL_CONNECT_ERROR]: 'TLS error in curl connection',
  [CurlCode.SSL_CERTPROBLEM]: 'TLS local certificate error',
  [CurlCode.SSL_CIPHER]: 'TLS cipher error',
  [CurlCode.SSL_CACERT_BADFILE]: 'TLS CA certificate read error',
  [CurlCode.PEER_FAILED_VERIFICATION]: 'TLS verification error',
  [CurlCode.TOO_MANY_REDIRECTS]: 'Too many redirects',
};

function complaint({ failure, reason }: { readonly failure: number; readonly reason: string }, url: string): string {
  return `${COMPLAINTS[failure] ?? `failed to perform curl (${failure})`} (url: ${url}): ${reason}`;
}
