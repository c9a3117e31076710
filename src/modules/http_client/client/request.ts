import type { Header } from './exchange.js';
import type { TlsOptions } from './tls.js';
import type { HttpProxy } from './tunnel.js';
import type { Credentials } from './url.js';

/** A request as scripts make it. Texts are bytes as latin1 characters. */
export interface HttpRequest {
  readonly url: string;
  /** Empty: GET, or POST when there is a body. */
  readonly method: string;
  readonly body: string | null;
  /** Headers in place of and beside the usual ones; an empty value takes a usual one away. */
  readonly headers: readonly Header[];
}

/** How requests are made. */
export interface HttpOptions {
  /** Milliseconds for everything, redirects included; 0: no limit. */
  readonly timeout: number;
  /** Milliseconds until there is a connection; 0: no limit of its own. */
  readonly connectTimeout: number;
  /** Bytes of the answer's body that are wanted; 0: as many as are read at all. */
  readonly maxBytes: number;
  readonly userAgent: string;
  readonly redirects: boolean;
  readonly credentials: Credentials | null;
  /** Bits of {@link AuthMethod}. */
  readonly authMethods: number;
  readonly tls: TlsOptions;
  readonly proxy: HttpProxy | null;
  /** Address, interface or host name to connect from; empty: any. */
  readonly from: string;
  /** Whether connections stay open for further requests. */
  readonly keepAlive: boolean;
  /** HTTP/2 without asking. */
  readonly http2: boolean;
}

/** What came of a request. */
export type HttpResult =
  | { readonly status: number; readonly headers: readonly Header[]; readonly body: string; readonly url: string }
  | {
      /** One of `CurlCode`. */
      readonly failure: number;
      readonly reason: string;
      /** Whether there ever was a connection. */
      readonly connected: boolean;
    };
