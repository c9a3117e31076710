import type { Seen } from './case.js';

/**
 * Takes out of received messages what may differ between two runs of one server: tags, branches and call ids that the
 * server made, dates, process ids, and which server it is. Nothing else: a difference that this hides is lost.
 */
export function normaliseMessages(
  received: readonly { at: string; text: string }[],
  authored: readonly string[],
): Seen[] {
  const known = authored.join('\n');
  const names = new Map<string, string>();
  const stand = (kind: string, value: string): string => {
    if (OURS.test(value) || known.includes(value)) return value;
    const key = `${kind} ${value}`;
    let name = names.get(key);
    if (name === undefined) {
      const count = [...names.keys()].filter((k) => k.startsWith(`${kind} `)).length + 1;
      names.set(key, (name = `<${kind}-${count}>`));
    }
    return name;
  };
  return received.map(({ at, text }) => ({ at, lines: lines(text).map((line) => normaliseLine(line, stand)) }));
}

/** Tags, branches and the Call-ID that messages of the harness get by default. */
const OURS = /^(ft1|peer\d+|z9hG4bK-d\d+|case-1@test)$/;

/** Head lines, then body lines; the end of the head is one empty line, dropped when no body follows. */
function lines(text: string): string[] {
  const all = text.split('\r\n');
  while (all.at(-1) === '') all.pop();
  return all;
}

function normaliseLine(line: string, stand: (kind: string, value: string) => string): string {
  if (/^Server: (kamailio|kts [\d.]+) \(.*\)$/.test(line)) return 'Server: <server>';
  if (/^User-Agent: (kamailio|kts [\d.]+) \(.*\)$/.test(line)) return 'User-Agent: <server>';
  if (/^Date: /.test(line)) return 'Date: <date>';
  if (/^Warning: /.test(line)) return line.replace(/\bpid=\d+/, 'pid=<pid>');
  if (/^Call-ID: /i.test(line)) return `Call-ID: ${stand('call-id', line.slice(9))}`;
  const named = line
    .replace(/(;\s*tag=)([^;\s,>"]+)/g, (_, head: string, value: string) => head + stand('tag', value))
    .replace(/(;\s*branch=)([^;\s,>"]+)/g, (_, head: string, value: string) => head + stand('branch', value));
  return withoutRuids(named);
}

/** Ids of contacts hold the time of the start and the process. */
const withoutRuids = (text: string): string => text.replace(/\buloc-[\da-f]+(?:-[\da-f]+){1,3}/g, '<ruid>');

/** Answers of RPC commands: times and ids of usrloc's contacts. */
export function normaliseAnswer(json: string): string {
  return withoutRuids(json).replace(/"(Expires|Last-Modified|Last-Keepalive|KA-Roundtrip)":(-?\d+)/g, '"$1":"<time>"');
}

/** Times in log lines, such as acc's. */
export function normaliseLog(line: string): string {
  return withoutRuids(line).replace(/\btimestamp=\d+/g, 'timestamp=<time>');
}
