import { describe, expect, it } from 'vitest';
import { CfgTable, customVariable } from '../../../../src/core/cfg-variables.js';
import { parseGroup } from '../../../../src/modules/cfg_rpc/groups.js';

describe('names of groups', () => {
  it('may have an instance', () => {
    expect(parseGroup('pstn')).toEqual({ group: 'pstn', instance: undefined });
    expect(parseGroup('pstn[12]')).toEqual({ group: 'pstn', instance: 12 });
    expect(parseGroup('pstn[x]')).toBeNull();
  });
});

describe('the table of cfg variables', () => {
  const table = (): CfgTable => {
    const made = new CfgTable();
    made.register('pstn', { ip: customVariable('1.1.1.1', ''), port: customVariable(5060, '') });
    return made;
  };

  it('gives an instance the group’s value until it has its own', () => {
    const cfg = table();
    cfg.set('pstn', 'ip', '2.2.2.2', 1);
    expect([cfg.get('pstn', 'ip'), cfg.get('pstn', 'ip', 1), cfg.get('pstn', 'port', 1)]).toEqual([
      '1.1.1.1',
      '2.2.2.2',
      5060,
    ]);
    cfg.unset('pstn', 'ip', 1);
    expect(cfg.get('pstn', 'ip', 1)).toBe('1.1.1.1');
  });

  it('reads the selected instance', () => {
    const cfg = table();
    cfg.set('pstn', 'ip', '2.2.2.2', 1);
    cfg.select('pstn', 1);
    expect(cfg.get('pstn', 'ip')).toBe('2.2.2.2');
    cfg.select('pstn', null);
    expect(cfg.get('pstn', 'ip')).toBe('1.1.1.1');
  });

  it('resets to the value before the first change', () => {
    const cfg = table();
    cfg.set('pstn', 'port', 1);
    cfg.set('pstn', 'port', 2);
    cfg.reset('pstn', 'port');
    expect(cfg.get('pstn', 'port')).toBe(5060);
  });

  it('refuses a value of another type', () => {
    const cfg = table();
    expect(cfg.set('pstn', 'port', 'x')).not.toBeNull();
    expect(cfg.set('pstn', 'port', 'x', 1)).not.toBeNull();
    expect(cfg.get('pstn', 'port')).toBe(5060);
  });
});
