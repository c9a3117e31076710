import { parseParams } from '../../sip/params.js';

/** One table as the parameter `htable` declares it. */
export interface TableSpec {
  readonly name: string;
  /** Number of slots; a power of two. It shows in listings and decides the order of iteration. */
  readonly slots: number;
  /** Seconds that items live; 0: for ever. */
  readonly autoexpire: number;
  /** Whether writing an item starts its life anew. */
  readonly updateexpire: boolean;
  /** What a missing item reads as, and what counting starts from; null: nothing. */
  readonly initval: number | null;
  readonly dbtable: string;
  /** Whether the table is written back to the database at the end. */
  readonly dbmode: number;
  /** Columns to load instead of the usual ones: the key's, then those packed into the value. Empty: the usual ones. */
  readonly cols: readonly string[];
  readonly coldelim: string;
  /** What stands for a NULL among packed columns; empty: nothing. */
  readonly colnull: string;
  readonly dmqreplicate: number;
  /** Seconds between reloads from the database; 0: never. */
  readonly reloadat: number;
}

const MAX_COLUMNS = 8;

/** Parses `name=>size=8;autoexpire=60;…`; a message when the grammar is not met. */
export function parseTableSpec(text: string): TableSpec | string {
  const arrow = /^\s*([^=\s]+)\s*=>\s*/.exec(text);
  if (arrow === null) return `invalid input parameter [${text}]`;
  const spec = {
    name: arrow[1]!,
    slots: slotCount(4),
    autoexpire: 0,
    updateexpire: true,
    initval: null as number | null,
    dbtable: '',
    dbmode: 0,
    cols: [] as string[],
    coldelim: ',',
    colnull: '*',
    dmqreplicate: 0,
    reloadat: 0,
  };
  const params = parseParams(text, arrow[0].length);
  if (params.length === 0) return 'empty params value';
  for (const { name, value } of params) {
    const body = (value ?? '').replace(/^'(.*)'$/, '$1');
    const n = /^\d+$/.test(body) ? Number(body) : Number.NaN;
    switch (name) {
      case 'size':
        spec.slots = slotCount(n);
        break;
      case 'autoexpire':
        spec.autoexpire = n;
        break;
      case 'updateexpire':
        spec.updateexpire = n !== 0;
        break;
      case 'dbmode':
        spec.dbmode = n;
        break;
      case 'dmqreplicate':
        spec.dmqreplicate = n;
        break;
      case 'reloadat':
        spec.reloadat = n;
        break;
      case 'initval':
        if (!/^[+-]?\d+$/.test(body)) return invalid(text);
        spec.initval = Number(body);
        continue;
      case 'dbtable':
        spec.dbtable = body;
        continue;
      case 'cols':
        spec.cols = body.split(',');
        if (spec.cols.length > MAX_COLUMNS) return `too many columns ${spec.cols.length}`;
        if (spec.cols.length < 2) return 'there must be at least two columns (prefix, value)';
        continue;
      case 'coldelim':
        if (body.length !== 1) return invalid(text);
        spec.coldelim = body;
        continue;
      case 'colnull':
        if (body.length > 1) return invalid(text);
        spec.colnull = body;
        continue;
      default:
        return invalid(text);
    }
    if (Number.isNaN(n)) return invalid(text);
  }
  return spec;
}

function invalid(text: string): string {
  return `invalid htable parameter [${text}]`;
}

/** `size` is the exponent; out of its range upstream falls back to 2^3 and 2^14. */
function slotCount(size: number): number {
  if (Number.isNaN(size)) return size;
  return size <= 1 ? 8 : size > 31 ? 1 << 14 : 2 ** size;
}
