import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../registry/host.js';
import { ConfigError } from '../../registry/module.js';
import type { FileAccess, Opened } from '../../rpc/endpoint-file.js';
import { listenTcp, listenUdp, listenUnixDatagram, listenUnixStream, type RpcListener } from '../../rpc/listeners.js';
import { binrpcWire, type RpcWire } from '../../rpc/protocol.js';
import type { RpcValue } from '../../rpc/value.js';
import type { Endpoint } from './endpoint.js';

export interface CtlSettings {
  /** Empty: the socket in the run directory that kamcmd looks for. */
  readonly endpoints: readonly Endpoint[];
  readonly access: FileAccess;
  readonly autoconversion: boolean;
}

interface Open {
  readonly endpoint: Endpoint;
  readonly listener: RpcListener;
}

/** The places where commands arrive over binrpc. */
export class Ctl {
  #open: Open[] = [];

  constructor(
    private readonly host: Host,
    private readonly settings: CtlSettings,
  ) {}

  /** Opens all of them, or none. */
  async start(): Promise<void> {
    // Thread 0 speaks for all.
    if (this.host.threadIndex !== 0) return;
    const wire = binrpcWire(this.host.rpc, this.settings.autoconversion);
    for (const endpoint of this.#endpoints()) {
      const opened = await this.#listen(endpoint, wire);
      if (!opened.ok) {
        await this.stop();
        throw new ConfigError(`ctl: ${opened.message}`, 'binrpc');
      }
      this.#open.push({ endpoint, listener: opened.value });
    }
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    await Promise.all(open.map(({ listener }) => listener.close()));
  }

  /** Four values per socket: protocol, transport, path or address, port. */
  listening(): RpcValue[] {
    return this.#open.flatMap(({ endpoint }) => ['binrpc', endpoint.transport, ...place(endpoint)]);
  }

  connections(): number {
    return this.#open.reduce((n, { listener }) => n + listener.connections().length, 0);
  }

  /** Six values per connection: protocol, transport, peer, its port, and where it came in. */
  who(): RpcValue[] {
    return this.#open.flatMap(({ endpoint, listener }) =>
      listener.connections().flatMap((peer) => {
        const colon = endpoint.transport === 'tcp' ? peer.lastIndexOf(':') : peer.length;
        return ['binrpc', endpoint.transport, peer.slice(0, colon), peer.slice(colon + 1), ...place(endpoint)];
      }),
    );
  }

  #endpoints(): readonly Endpoint[] {
    if (this.settings.endpoints.length > 0) return this.settings.endpoints;
    const { runDir } = this.host;
    try {
      mkdirSync(runDir, { recursive: true });
    } catch {
      // Listening fails with the reason.
    }
    return [{ transport: 'unix_stream', path: join(runDir, 'kamailio_ctl') }];
  }

  #listen(endpoint: Endpoint, wire: RpcWire): Promise<Opened<RpcListener>> {
    const { access } = this.settings;
    switch (endpoint.transport) {
      case 'unix_stream':
        return listenUnixStream(endpoint.path, access, wire);
      case 'unix_dgram':
        return listenUnixDatagram(endpoint.path, access, wire);
      case 'tcp':
        return listenTcp(endpoint.host ?? '0.0.0.0', endpoint.port, wire);
      default:
        return listenUdp(endpoint.host ?? '0.0.0.0', endpoint.port, wire);
    }
  }
}

function place(endpoint: Endpoint): readonly [string, string] {
  return 'path' in endpoint ? [endpoint.path, ''] : [endpoint.host ?? '*', `${endpoint.port}`];
}
