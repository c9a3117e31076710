import type { ConnectionText } from './connection-text.js';

/** Attributes of the file by the names that `httpcon` has for them. */
const RENAMED: Readonly<Record<string, string>> = { keepconnections: 'keep_connections' };
const VERSIONS: Readonly<Record<string, string>> = {
  default: '0',
  tlsv1: '1',
  sslv2: '2',
  sslv3: '3',
  'tlsv1.0': '4',
  'tlsv1.1': '5',
  'tlsv1.2': '6',
  'tlsv1.3': '7',
};
const SWITCHES = new Set(['verify_peer', 'verify_host', 'httpredirect']);
const TRUE = new Set(['1', 'true', 'yes', 'on', 'enable']);
const ATTRIBUTES = new Set([
  'url',
  'username',
  'password',
  'failover',
  'useragent',
  'verify_peer',
  'verify_host',
  'client_cert',
  'client_key',
  'cipher_suites',
  'tlsversion',
  'timeout',
  'maxdatasize',
  'httpredirect',
  'httpproxy',
  'httpproxyport',
  'authmethod',
  'keepconnections',
]);

/** Reads a file of connections: `[name]`, then attributes, one a line; the message with its line when it cannot be read. */
export function parseConfigFile(text: string): readonly ConnectionText[] | string {
  const sections: { name: string; attributes: Map<string, string> }[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const section = /^\[\s*([^\]\s]+)\s*\]$/.exec(content);
    if (section !== null) {
      sections.push({ name: section[1]!, attributes: new Map() });
      continue;
    }
    const [, name = '', value = ''] = /^([\w-]+)\s*=\s*(.*)$/.exec(content) ?? [];
    const current = sections.at(-1);
    if (current === undefined || !ATTRIBUTES.has(name)) return `line ${i + 1}: cannot read [${content}]`;
    current.attributes.set(RENAMED[name] ?? name, readValue(name, value));
  }
  const connections = sections.map(connectionOf);
  return connections.find((c) => typeof c === 'string') ?? (connections as readonly ConnectionText[]);
}

function readValue(name: string, written: string): string {
  const value = /^"(.*)"$/.exec(written)?.[1] ?? written.replace(/\s+[#;].*$/, '');
  if (SWITCHES.has(name)) return TRUE.has(value.toLowerCase()) ? '1' : '0';
  return name === 'tlsversion' ? (VERSIONS[value.toLowerCase()] ?? value) : value;
}

function connectionOf({
  name,
  attributes,
}: {
  name: string;
  attributes: Map<string, string>;
}): ConnectionText | string {
  const [, scheme, url] = /^([^:]*):\/\/(.+)$/s.exec(attributes.get('url') ?? '') ?? [];
  if (scheme === undefined || url === undefined) {
    return `Invalid schema://url definition [${attributes.get('url') ?? ''}] of [${name}]`;
  }
  return {
    name,
    scheme,
    url,
    user: attributes.get('username') ?? null,
    password: attributes.get('password') ?? null,
    attributes,
  };
}
