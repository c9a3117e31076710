import { describe, expect, it } from 'vitest';
import { CHARGING_VECTOR } from '../../../../src/modules/siputils/charging-vector.js';
import { Siputils } from '../../../../src/modules/siputils/state.js';
import { ScriptContext } from '../../../../src/script/context.js';
import { RouteKind } from '../../../../src/script/route-kind.js';
import { buildApplied } from '../../../../src/sip/build.js';
import { SipMessage } from '../../../../src/sip/message.js';
import { fakeHost, SOCKET } from '../fake-host.js';

const SETTINGS = {
  ...{ optionsAccept: '', optionsAcceptEncoding: '', optionsAcceptLanguage: '', optionsSupport: '' },
  ...{ separator: '*', rpidPrefix: '', rpidSuffix: '', rpidAvp: '', e164MaxLength: 16 },
};

/** What the function gives for a message with some header, and what becomes of the header. */
function handle(flags: string, header: string): { code: number; header: string } {
  const text = `MESSAGE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n${header}Call-ID: 1\r\n\r\n`;
  const msg = SipMessage.parse(text, {
    ...{ srcIp: '127.0.0.1', srcPort: 5060, dstIp: '127.0.0.1', dstPort: 5060 },
    ...{ proto: 'udp', family: 4, socket: SOCKET, connectionId: 0 },
  }) as SipMessage;
  const state = new Siputils(fakeHost({ compat: '6.x' }).host, SETTINGS);
  const site = { file: '', line: 0, column: 0, route: '' };
  const run = CHARGING_VECTOR.sip_p_charging_vector!.bind(state, site) as (ctx: ScriptContext, flags: string) => number;
  const code = run(new ScriptContext(msg, RouteKind.REQUEST), flags);
  const applied = /^P-Charging-Vector: (.*)\r$/m.exec(buildApplied(msg));
  return { code, header: applied?.[1] ?? '' };
}

const THEIRS = 'P-Charging-Vector: icid-value=abc;icid-generated-at=1.2.3.4\r\n';
const OURS = /^icid-value=495653[0-9A-F]{26};icid-generated-at=127\.0\.0\.1$/;

describe('P-Charging-Vector as 6.x handles it', () => {
  it('keeps a good header when one is to be generated', () => {
    expect(handle('g', THEIRS)).toEqual({ code: 1, header: 'icid-value=abc;icid-generated-at=1.2.3.4' });
  });

  it('generates a missing header', () => {
    const { code, header } = handle('g', '');
    expect(code).toBe(3);
    expect(header).toMatch(OURS);
  });

  it('removes a header', () => {
    expect(handle('r', THEIRS)).toEqual({ code: 4, header: '' });
  });

  it('replaces a header, and one without icid-value in any case', () => {
    for (const { code, header } of [handle('f', THEIRS), handle('g', 'P-Charging-Vector: orig-ioi=x\r\n')]) {
      expect(code).toBe(5);
      expect(header).toMatch(OURS);
    }
  });

  it('leaves a message without one alone', () => {
    expect(handle('r', '')).toEqual({ code: 1, header: '' });
  });
});
