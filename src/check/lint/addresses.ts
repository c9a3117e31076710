/** Whether a socket text such as `udp:127.0.0.1:2049` or `127.0.0.1:8448` can be reached from other hosts; null for paths. */
export function reachesOut(socket: string): boolean | null {
  const [, proto, host, port] = /^(tcp:|udp:|tls:)?(?:\/\/)?(\[[^\]]*\]|[^:/]*)(:\d+)?$/i.exec(socket.trim()) ?? [];
  // A word without protocol and port is the name of a file.
  if (host === undefined || (proto === undefined && port === undefined)) return null;
  return !isLoopback(host);
}

export function isLoopback(host: string): boolean {
  return /^127\./.test(host) || host === 'localhost' || host === '[::1]' || host === '::1';
}
