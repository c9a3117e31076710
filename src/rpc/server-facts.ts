/** A running part of the server, shown as upstream shows a process. */
export interface ProcessFact {
  readonly pid: number;
  readonly description: string;
  /** Upstream's process rank: 0 main, above 0 workers, below 0 timers and the like. */
  readonly rank: number;
}

/** A listen socket, as `core.sockets_list` of 5.6 shows it. */
export interface SocketFact {
  readonly proto: string;
  readonly address: string;
  readonly port: number;
  readonly mcast: boolean;
  readonly mhomed: boolean;
  readonly virtual: boolean;
}

export interface AliasFact {
  /** `*` for any. */
  readonly proto: string;
  readonly address: string;
  /** 0 for any. */
  readonly port: number;
}

/** Shared memory in bytes. */
export interface MemoryFact {
  readonly total: number;
  readonly free: number;
  readonly used: number;
  readonly realUsed: number;
  readonly maxUsed: number;
  readonly fragments: number;
}

export interface TcpFact {
  readonly readers: number;
  readonly maxConnections: number;
  readonly maxTlsConnections: number;
  readonly connections: readonly TcpConnectionFact[];
  readonly writeQueuedBytes: number;
  /** Options in the order to show them, by upstream's names. */
  readonly options: Readonly<Record<string, number>>;
}

export interface TcpConnectionFact {
  readonly id: number;
  readonly type: 'TCP' | 'TLS' | 'WS' | 'WSS';
  /** `CONN_OK` … */
  readonly state: string;
  /** Seconds until it is closed when idle, and that time in full. */
  readonly timeout: number;
  readonly lifetime: number;
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
}

export interface DefineFact {
  readonly name: string;
  readonly value: string | undefined;
}

export interface VersionFact {
  /** `kamailio`: scripts and tools look for it. */
  readonly name: string;
  /** `5.6.3`. */
  readonly version: string;
  /** One line with platform. */
  readonly full: string;
  readonly sourceId: string;
  readonly compiler: string;
  readonly compiled: string;
  readonly flags: string;
}

/** What the core commands tell about the server. Methods are asked at each call. */
export interface ServerFacts {
  readonly version: VersionFact;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  now(): number;
  /** The command line, the command's name first. */
  readonly args: readonly string[];
  workingDirectory(): string;
  processes(): readonly ProcessFact[];
  sockets(): readonly SocketFact[];
  aliases(): readonly AliasFact[];
  /** Whether a module adds to what counts as this server. */
  hasMyselfChecks(): boolean;
  /** Names of loaded modules, the last loaded first. */
  modules(): readonly string[];
  defines(): readonly DefineFact[];
  memory(): MemoryFact;
  /** Undefined when TCP is off. */
  tcp(): TcpFact | undefined;
  /** UDP over a raw socket: mode, MTU, TTL. */
  udp4Raw(): { readonly mode: number; readonly mtu: number; readonly ttl: number };
  /** Sends a signal to the server; called after the reply has left. */
  kill(signal: number): void;
}
