import type { NetworkStatistics } from './transport.js';

export function networkStatistics(): NetworkStatistics {
  return {
    received: 0,
    receivedBytes: 0,
    probes: 0,
    sent: 0,
    sentBytes: 0,
    sendErrors: 0,
    sendDropped: 0,
    handlerErrors: 0,
    refused: 0,
    connectionsOpened: 0,
    connectionsAccepted: 0,
    connectionsClosed: 0,
    connectFailed: 0,
    connectionsRefused: 0,
    queueOverflows: 0,
    framingErrors: 0,
    keepalivePings: 0,
  };
}
