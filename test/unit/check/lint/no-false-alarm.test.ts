import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sightings } from './lint-config.js';

/** Debian's own config, where it is installed. */
const STOCK = '/etc/kamailio/kamailio.cfg';
const EXAMPLES = new URL('../../../../examples/', import.meta.url);

const shown = async (text: string, words: readonly string[] = []) =>
  (await sightings(text, words)).map((d) => `${d.code} ${d.span.at.line}: ${d.title}`);

describe.skipIf(!existsSync(STOCK))('the stock config', () => {
  const text = existsSync(STOCK) ? readFileSync(STOCK, 'latin1') : '';
  const switches = [...new Set([...text.matchAll(/#!ifn?def (WITH_\w+)/g)].map((m) => m[1]!))];
  const withSwitches = (on: readonly string[]) => `${on.map((name) => `#!define ${name}`).join('\n')}\n${text}`;
  /** Most of them need the database that this one names. */
  const MYSQL = 'WITH_MYSQL';

  test('nothing is on that alarms, with no switch, with each and with all', async () => {
    expect(switches.length).toBeGreaterThan(15);
    expect(await shown(text)).toEqual([]);
    expect(await shown(withSwitches(switches))).toEqual([]);
    for (const name of switches) expect(await shown(withSwitches([...new Set([MYSQL, name])])), name).toEqual([]);
  });

  test('nor do the groups about SIP, the language, what is unused', async () => {
    for (const on of [[], switches]) {
      expect(await shown(withSwitches(on), ['none', 'async', 'sip', 'script', 'unused', 'upgrade'])).toEqual([]);
    }
  });
});

test.each(readdirSync(EXAMPLES).filter((name) => existsSync(new URL(`${name}/kamailio.cfg`, EXAMPLES))))(
  'example %s is free of everything but policy',
  async (name) => {
    const text = readFileSync(new URL(`${name}/kamailio.cfg`, EXAMPLES), 'latin1');
    expect(await shown(text)).toEqual([]);
    expect(await shown(text, ['none', 'all', '-security', '-relay-result-ignored'])).toEqual([]);
  },
);
