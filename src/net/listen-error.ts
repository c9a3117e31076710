import { formatHostPort } from './addresses.js';
import type { ListenSpec } from './listen-socket.js';
import type { ListenError } from './transport.js';

/** A failed bind as a value, worded for the person who starts the server. */
export function listenError(spec: ListenSpec, code: string, text: string): ListenError {
  return { spec, code, message: `${spec.proto}:${formatHostPort(spec.address, spec.port)}: ${text} (${code})` };
}

export function isListenError(result: object): result is ListenError {
  return 'code' in result && 'spec' in result;
}
