import { readFileSync } from 'node:fs';
import type { VersionFact } from '../rpc/server-facts.js';

function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // Sources and build are at different depths.
    }
  }
  return '0';
}

const version = packageVersion();
const platform = `${process.arch}/${process.platform}`;

/** What `kts --version`, the Server header and `core.version` say. */
export const VERSION: VersionFact = {
  name: 'kts',
  version,
  full: `kts ${version} (${platform})`,
  sourceId: version,
  compiler: `Node.js ${process.version}`,
  compiled: '',
  flags: 'USE_TCP, DNS_IP_HACK, USE_DNS_CACHE, USE_DNS_FAILOVER, USE_NAPTR',
};
