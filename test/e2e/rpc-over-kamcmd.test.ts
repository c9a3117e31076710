import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { output, peersMissing, STOCK_CONFIG, TARGET } from './peers.js';
import { register } from './stock-scenarios.js';
import { StockServer } from './stock-server.js';

describe.skipIf(peersMissing('kamcmd', STOCK_CONFIG))(
  `Debian's kamcmd talks to ${TARGET} with the stock config`,
  () => {
    let server: StockServer;
    beforeAll(async () => {
      server = await StockServer.start(false);
    });
    afterAll(async () => {
      await server.stop();
    });
    const kamcmd = (...args: string[]) => output('kamcmd', ['-s', `unix:${server.ctlSocket}`, ...args]);

    it('asks for the version', () => {
      expect(kamcmd('core.version')).toMatch(/^\w+ \d+\.\d+/);
    });

    it('lists commands', () => {
      const commands = kamcmd('system.listMethods').split('\n');
      for (const name of [
        'core.uptime',
        'tm.stats',
        'ul.dump',
        'ul.lookup',
        'cfg.get',
        'stats.get_statistics',
        'ctl.who',
      ]) {
        expect(commands).toContain(name);
      }
    });

    it('finds a registered phone', async () => {
      await register(server, 'kamcmd-user', '<sip:kamcmd-user@192.0.2.7:5090>');
      const found = kamcmd('ul.lookup', 'location', 'kamcmd-user');
      expect(found).toMatch(/AoR: kamcmd-user\n/);
      expect(found).toMatch(/Address: sip:kamcmd-user@192\.0\.2\.7:5090\n/);
    });

    it('changes a parameter', () => {
      expect(kamcmd('cfg.get', 'core', 'debug').trim()).toBe('2');
      kamcmd('cfg.set_now_int', 'core', 'debug', '1');
      expect(kamcmd('cfg.get', 'core', 'debug').trim()).toBe('1');
    });

    it('is told of a command that does not exist', () => {
      expect(kamcmd('no.such')).toBe('error: 500 - command no.such not found\n');
    });
  },
);
