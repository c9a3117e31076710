import { Attributes, type Stored, XavpList, type XavpValue } from './attributes.js';

/** Attributes as plain data, for another thread. */
export interface AttributesState {
  readonly avps: ReadonlyMap<string, readonly Stored[]>;
  /** Declared flags that are set, by AVP name. */
  readonly flags: ReadonlyMap<string, ReadonlySet<string>>;
  readonly xavps: ListState;
  readonly xavus: ReadonlyMap<string, Stored | ReadonlyMap<string, Stored>>;
  readonly xavis: ListState;
}

/** The values of a list, newest first. */
type ListState = readonly { readonly name: string; readonly value: Stored | ListState }[];

export function packAttributes(attrs: Attributes): AttributesState {
  return {
    avps: attrs.avps,
    flags: attrs.flags,
    xavps: packList(attrs.xavps),
    xavus: attrs.xavus,
    xavis: packList(attrs.xavis),
  };
}

export function unpackAttributes(state: AttributesState): Attributes {
  const attrs = new Attributes();
  for (const [name, values] of state.avps) attrs.avps.set(name, [...values]);
  for (const [name, flags] of state.flags) for (const flag of flags) attrs.setFlag(name, flag, true);
  fill(attrs.xavps, state.xavps);
  for (const [name, value] of state.xavus) {
    attrs.xavus.set(name, typeof value === 'object' ? new Map(value) : value);
  }
  fill(attrs.xavis, state.xavis);
  return attrs;
}

function packList(list: XavpList): ListState {
  return list.items().map(({ name, value }) => ({ name, value: value instanceof XavpList ? packList(value) : value }));
}

function fill(list: XavpList, state: ListState): void {
  for (const { name, value } of state) list.append(name, unpackValue(value, list.ignoreCase));
}

function unpackValue(value: Stored | ListState, ignoreCase: boolean): XavpValue {
  if (typeof value !== 'object') return value;
  const list = new XavpList(ignoreCase);
  fill(list, value);
  return list;
}
