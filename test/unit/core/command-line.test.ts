import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/core/command-line.js';
import { readKamailioOptions } from '../../../src/core/kamailio-options.js';

describe('words', () => {
  const names = (...args: string[]) => {
    const { options, errors } = parseCommandLine(args);
    return [...options.map(({ name, value }) => (value === '' ? name : `${name}=${value}`)), ...errors];
  };

  test.each([
    [['-DD'], ['D', 'D']],
    [
      ['-Ecf', 'x.cfg'],
      ['E', 'c', 'f=x.cfg'],
    ],
    [
      ['-fx.cfg', '-dd'],
      ['f=x.cfg', 'd', 'd'],
    ],
    [
      ['-m64', '-M', '8'],
      ['m=64', 'M=8'],
    ],
    [
      ['--debug=3', '--alias', 'a.b'],
      ['debug=3', 'alias=a.b'],
    ],
    [['--help'], ['h']],
    [['--version'], ['v']],
    [['-A', 'X=1=2'], ['A=X=1=2']],
    [['-q'], ['unknown option -q']],
    [['--nosuch'], ['unknown option --nosuch']],
    [['--constructor'], ['unknown option --constructor']],
    [['-f'], ['f', 'option -f needs a value']],
    [['--alias'], ['alias', 'option --alias needs a value']],
    [['stray'], ['unexpected argument stray']],
    [['-'], ['unexpected argument -']],
  ])('%j', (args, expected) => {
    expect(names(...args)).toEqual(expected);
  });
});

describe('kamailio(8)', () => {
  test('nothing at all: the default config in the background', () => {
    const command = readKamailioOptions([]);
    expect(command).toMatchObject({ mode: 'run', foreground: 0, stderr: false, pidFile: null, errors: [] });
    expect(command.server.configFile).toBe('/etc/kamailio/kamailio.cfg');
  });

  test('what a service unit gives', () => {
    const command = readKamailioOptions(
      '-P /run/k.pid -f /etc/k.cfg -m 64 -M 8 -u kam -g grp -Y /run/k -w /tmp'.split(' '),
    );
    expect(command).toMatchObject({
      pidFile: '/run/k.pid',
      user: 'kam',
      group: 'grp',
      runDir: '/run/k',
      workDir: '/tmp',
    });
    expect(command.server.configFile).toBe('/etc/k.cfg');
  });

  test.each([
    [['-c'], 'check'],
    [['-v'], 'version'],
    [['-I'], 'build-info'],
    [['-h', '-c'], 'help'],
    [['-DD', '-E'], 'run'],
  ])('%j is mode %s', (args, mode) => {
    expect(readKamailioOptions(args).mode).toBe(mode);
  });

  test('-m bounds what threads share', () => {
    expect(readKamailioOptions(['-m', '64']).server.sharedBytes).toBe(64 * 2 ** 20);
    expect(readKamailioOptions([]).server).not.toHaveProperty('sharedBytes');
    for (const text of ['x', '0', '-1', '1.5'])
      expect(readKamailioOptions([`-m${text}`]).errors).toEqual([`bad size of shared memory: -m ${text}`]);
  });

  test('defines, listen addresses, aliases and substitutions collect', () => {
    const { server } = readKamailioOptions([
      '-A',
      'X',
      '-A',
      'Y=1',
      '-A',
      'Z=',
      '-l',
      'udp:1.2.3.4',
      '-l',
      'lo',
      '--alias=a',
      '--domain',
      'b',
      '--subst=/a/b/',
      '--substdef',
      '!A!1!',
    ]);
    expect([...server.defines]).toEqual([
      ['X', null],
      ['Y', '1'],
      ['Z', ''],
    ]);
    expect(server.listen).toEqual(['udp:1.2.3.4', 'lo']);
    expect(server.aliases).toEqual(['a', 'b']);
    expect(server.substs).toEqual([
      { kind: 'subst', text: '/a/b/' },
      { kind: 'substdef', text: '!A!1!' },
    ]);
  });

  test('modules and parameters become config in front of the first line', () => {
    const { server } = readKamailioOptions([
      '--loadmodule=pv',
      '--modparam',
      'pv:shvset:s:a=i:"1"',
      '--modparam=tm:fr_timer:i:5',
    ]);
    expect(server.preamble).toBe(
      'loadmodule "pv" modparam("pv", "shvset", "a=i:\\"1\\"") modparam("tm", "fr_timer", 5) ',
    );
    expect(server.preamble).not.toContain('\n');
  });

  test('what the core has a parameter for becomes config as well', () => {
    expect(readKamailioOptions(['-T', '--server-id=7']).server.preamble).toBe('disable_tcp=yes server_id=7 ');
    expect(readKamailioOptions(['--server-id', 'x']).server.preamble).toBe('');
  });

  test.each([
    [['-d', '-d'], 2],
    [['-dddd'], 4],
    [['--debug=3', '-d'], 3],
    [['--debug=x'], 0],
    [[], 0],
  ])('%j raises the log level by %i', (args, offset) => {
    expect(readKamailioOptions(args).server.debugOffset).toBe(offset);
  });
});
