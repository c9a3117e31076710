/** Whether a socket text such as `udp:127.0.0.1:2049` or `tcp:localhost:8000` can be reached from other hosts; null for paths. */
export function reachesOut(socket: string): boolean | null {
  const found = /^(?:tcp|udp|tls):(?:\/\/)?(\[[^\]]*\]|[^:]*)(?::\d+)?$/i.exec(socket.trim());
  if (!found) return null;
  return !isLoopback(found[1]!);
}

export function isLoopback(host: string): boolean {
  return /^127\./.test(host) || host === 'localhost' || host === '[::1]' || host === '::1';
}
