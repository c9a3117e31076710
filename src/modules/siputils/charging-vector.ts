import { bracketed } from '../../net/addresses.js';
import { ArgumentError, text } from '../../registry/arguments.js';
import { entriesOf, type FunctionDef, type PvDef } from '../../registry/module.js';
import { Hdr } from '../../sip/header-names.js';
import type { SipMessage } from '../../sip/message.js';
import type { Siputils } from './state.js';

const { fn, pv } = entriesOf<Siputils>();

/** What became of a message's P-Charging-Vector (RFC 7315 §4.6), by upstream's numbers. */
const Status = { NONE: 0, PARSED: 1, ICID_MISSING: 2, GENERATED: 3, DELETED: 4, REPLACED: 5 } as const;
const STATUS_NAMES = ['NONE', 'PARSED', 'ICID_MISSING', 'GENERATED', 'DELETED', 'REPLACED'];

interface ChargingVector {
  status: number;
  header: number;
  all: string;
  value: string;
  genaddr: string;
  orig: string;
  term: string;
}

const vectors = new WeakMap<SipMessage, ChargingVector>();

function partOf(body: string, name: string): string {
  const at = body.indexOf(`${name}=`);
  if (at < 0) return '';
  const value = body.slice(at + name.length + 1);
  const end = value.search(/[\0 ;,\r\n]/);
  return end < 0 ? value : value.slice(0, end);
}

function parse(vector: ChargingVector, body: string): boolean {
  vector.all = body;
  vector.value = partOf(body, 'icid-value');
  vector.genaddr = partOf(body, 'icid-generated-at');
  vector.orig = partOf(body, 'orig-ioi');
  vector.term = partOf(body, 'term-ioi');
  return vector.value !== '' || body.includes('icid-value=');
}

function clear(vector: ChargingVector): void {
  vector.all = vector.value = vector.genaddr = vector.orig = vector.term = '';
}

/** The vector of a message, read at first use and again while there is none. */
function vectorOf(state: Siputils, msg: SipMessage): ChargingVector {
  const known = vectors.get(msg);
  if (known !== undefined && known.status !== Status.NONE) return known;
  const header = msg.firstHeader(Hdr.P_CHARGING_VECTOR);
  const vector = { status: Status.NONE as number, header, all: '', value: '', genaddr: '', orig: '', term: '' };
  vectors.set(msg, vector);
  if (header < 0) return vector;
  const body = msg.headerBody(header);
  if (body === '') {
    state.host.log.warn('siputils', 'P-Charging-Vector header found but has no body.');
    vector.status = Status.ICID_MISSING;
  } else if (parse(vector, body)) vector.status = Status.PARSED;
  else {
    state.error(`P-Charging-Vector header found but failed to parse value [${body}].`);
    const all = vector.all;
    clear(vector);
    vector.all = all;
    vector.status = Status.ICID_MISSING;
  }
  return vector;
}

let generated = 0;

/** 16 bytes in hexadecimal: a mark, our address, the process, the time, a counter. */
function newIdentifier(state: Siputils, msg: SipMessage): string {
  const id = Buffer.alloc(16);
  id.write('IVS', 'latin1');
  const address = msg.received.dstIp.split('.').map(Number);
  for (let i = 0; i < 4; i++) id[3 + i] = address[i] ?? 0;
  id.writeUInt32LE(process.pid, 7);
  id[11] = state.host.clock.unix() & 0xff;
  id.writeUInt32LE(generated, 12);
  generated = (generated + 1) >>> 0;
  return id.toString('hex').toUpperCase();
}

/** Removes, replaces or adds the header as the flags say; a status number, or -1. */
function handle(state: Siputils, msg: SipMessage, flags: string): number {
  const lower = flags.toLowerCase();
  const removes = lower.includes('r');
  const replaces = lower.includes('f');
  const generates = replaces || lower.includes('g');
  const vector = vectorOf(state, msg);
  if (vector.status === Status.GENERATED) {
    const text = `P-Charging-Vector can't be changed after generation. Skipping command '${flags}'!`;
    state.host.log.warn('siputils', text);
    return Status.PARSED;
  }
  if (vector.status === Status.DELETED && removes) return Status.PARSED;
  let action: number = Status.PARSED;
  let position = msg.headersEnd;
  const drops = vector.status === Status.PARSED && (replaces || removes);
  if (drops || vector.status === Status.ICID_MISSING) {
    const start = msg.headerStart(vector.header);
    msg.edits.remove(start, msg.headerEnd(vector.header) - start);
    position = start;
    clear(vector);
    vector.status = action = Status.DELETED;
  }
  if (replaces || (generates && vector.status !== Status.PARSED)) {
    const start = `icid-value=${newIdentifier(state, msg)};icid-generated-at=`;
    state.host.log.info('siputils', `Generated new PCV header P-Charging-Vector: ${start}`);
    msg.edits.insertBefore(position, (target) => {
      const socket = target?.socket ?? msg.received.socket;
      return `P-Charging-Vector: ${start}${bracketed(socket.address)}\r\n`;
    });
    parse(vector, start);
    action = vector.status === Status.DELETED ? Status.REPLACED : Status.GENERATED;
    vector.status = Status.GENERATED;
  }
  return action;
}

export const CHARGING_VECTOR: Readonly<Record<string, FunctionDef<Siputils>>> = {
  sip_p_charging_vector: fn(
    [text('flags', '`r` remove, `g` generate when missing, `f` replace')],
    {
      routes: ['ANY'],
      doc: 'Removes or adds P-Charging-Vector.',
      example: 'sip_p_charging_vector("g");',
      returns: { '1': 'left as it is', '3': 'generated', '4': 'deleted', '5': 'replaced' },
    },
    (state) => (ctx, flags) => {
      const action = handle(state, ctx.msg, flags);
      // 5.6 does not tell what it did.
      return state.host.compat === '5.6' ? 1 : action;
    },
  ),
};

const PARTS = ['all', 'value', 'genaddr', 'orig', 'term'] as const;

export const CHARGING_VECTOR_PV: PvDef<Siputils> = pv({
  doc: 'Part of P-Charging-Vector: `all` `value` `genaddr` `orig` `term`, and `status`.',
  inner: 'required',
  index: false,
  writable: false,
  bind: (state, inner, _index, env) => {
    const name = inner?.text ?? '';
    if (name === 'status' && env.compat !== '5.6') return { read: (ctx) => vectorOf(state, ctx.msg).status };
    const part = PARTS.find((p) => p === name);
    if (part === undefined) throw new ArgumentError(`unknown pcv name ${name}`);
    return {
      read: (ctx) => {
        const vector = vectorOf(state, ctx.msg);
        if (vector[part] !== '') return vector[part];
        if (part === 'all' || part === 'value') {
          const status = STATUS_NAMES[vector.status];
          state.host.log.warn('siputils', `No value for pseudo-var $pcv but status was ${status}.`);
        }
        return null;
      },
    };
  },
});
