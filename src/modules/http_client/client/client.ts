import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Clock, Timer } from '../../../clock/clock.js';
import { CurlCode } from './curl-code.js';
import type { HttpOptions, HttpRequest, HttpResult } from './request.js';
import { Run } from './run.js';
import { TlsFiles } from './tls.js';

/** Requests of a client that may be under way at once. */
export const MAX_REQUESTS = 1000;

/** Makes requests for one script thread: nothing blocks, everything is bounded. */
export class HttpClient {
  readonly #files = new TlsFiles();
  readonly #running = new Set<Run>();
  readonly #agents = { plain: new Agent({ keepAlive: true }), secure: new SecureAgent({ keepAlive: true }) };

  constructor(private readonly clock: Clock) {}

  /** Sends a request and follows where its answers lead. Never rejects. */
  async request(request: HttpRequest, options: HttpOptions): Promise<HttpResult> {
    if (this.#running.size >= MAX_REQUESTS) {
      const reason = `${MAX_REQUESTS} requests are under way`;
      return { failure: CurlCode.OUT_OF_MEMORY, reason, connected: false };
    }
    const run = new Run(request, options, this.#files, options.keepAlive ? this.#agents : null);
    this.#running.add(run);
    const timers = [
      this.#after(options.timeout, () => run.stop(CurlCode.OPERATION_TIMEDOUT, `no answer in ${options.timeout} ms`)),
      this.#after(options.connectTimeout, () => {
        if (!run.connected) {
          run.stop(CurlCode.OPERATION_TIMEDOUT, `no connection in ${options.connectTimeout} ms`);
        }
      }),
    ];
    try {
      const outcome = await Promise.race([run.result(), run.stopped]);
      return 'failure' in outcome ? { ...outcome, connected: run.connected } : outcome;
    } finally {
      for (const timer of timers) timer?.cancel();
      this.#running.delete(run);
    }
  }

  #after(ms: number, then: () => void): Timer | null {
    return ms > 0 ? this.clock.after(ms, then) : null;
  }

  close(): void {
    for (const run of this.#running) run.stop(CurlCode.RECV_ERROR, 'the server stops');
    this.#agents.plain.destroy();
    this.#agents.secure.destroy();
  }
}
