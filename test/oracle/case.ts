/** What one oracle case is, and what a server was seen to do with it. Plain data, so that recordings are JSON. */

/** One thing the harness does while the server runs. Endpoints are named by port: `5299`, `5298/tcp`, `5297/udp6`. */
export type Step =
  | { readonly do: 'send'; readonly from: string; readonly message: MessageDraft }
  | { readonly do: 'raw'; readonly from: string; readonly text: string }
  | { readonly do: 'reply'; readonly from: string; readonly to: string | null; readonly reply: ReplyDraft }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'rpc'; readonly method: string; readonly params: readonly (string | number)[] }
  | { readonly do: 'ctl'; readonly method: string; readonly params: readonly (string | number)[] }
  | { readonly do: 'stop' };

/** A request made from defaults; header lines override, add (`+Name: v`) or remove (`-Name`). */
export interface MessageDraft {
  readonly method: string;
  readonly uri: string | null;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A reply to the last request an endpoint received. */
export interface ReplyDraft {
  readonly status: number;
  readonly reason: string | null;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A scripted peer: which replies an endpoint gives by itself to a method (`*`: any other than ACK). */
export interface Answer {
  readonly at: string;
  readonly method: string;
  readonly replies: readonly ReplyDraft[];
}

export interface OracleCase {
  /** Path of the case: file below `cases/` without its ending, then the id. */
  readonly name: string;
  readonly id: string;
  /** One sentence; may be empty. */
  readonly title: string;
  /** Config text as the server gets it, with `127.0.0.1` for the run's address and `@DIR@` for its directory. */
  readonly config: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  /** `kamailio -c`: nothing is started. */
  readonly checkOnly: boolean;
  /** Core log lines are part of what must agree. */
  readonly compareCore: boolean;
  /** Endpoints to open although no step names them. */
  readonly listen: readonly string[];
  readonly answers: readonly Answer[];
  /** Ports of HTTP servers to open. */
  readonly http?: readonly number[];
  readonly steps: readonly Step[];
}

/** A message that an endpoint received: normalised, line by line (body lines included). */
export interface Seen {
  readonly at: string;
  readonly lines: readonly string[];
}

export interface Observation {
  /** Exit status, when the server ended by itself, refused to start, or the case stopped it. */
  readonly exit?: number;
  /** Script log, `LEVEL: text`. */
  readonly log: readonly string[];
  /** Other log lines but INFO and DEBUG, `LEVEL: module: function(): text`. */
  readonly core: readonly string[];
  readonly sent: readonly Seen[];
  /** Answers of `rpc` and `ctl` steps, in order. */
  readonly rpc?: readonly unknown[];
}

/** Behaviour that is compared: Debian's 5.6.3, or the 6.x development version for the cases that differ there. */
export type Compat = '5.6' | '6.2';

/** What is on record of a case. Of 6.2 only what differs is kept. */
export type Recording = { readonly '5.6'?: Observation; readonly '6.2'?: Partial<Observation> };

export type Recordings = Readonly<Record<string, Recording>>;

export const DEFAULT_ENDPOINT = '5299';
/** The address and port that cases are written with; the address differs in every run. */
export const WRITTEN_ADDRESS = '127.0.0.1';
export const SERVER_PORT = 5210;
