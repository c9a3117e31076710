/** Event (RFC 6665 §8.2.1): package with optional templates, and the `id` parameter. */
import { trimEnd } from './chars.js';
import { paramValue } from './params.js';

export interface EventHeader {
  /** Event type as written, templates included (`presence.winfo`). */
  readonly name: string;
  /** The `id` parameter; empty when absent. */
  readonly id: string;
  /** Parameters without the leading `;`. */
  readonly params: string;
}

/** Parses an Event body; null when the type is missing. */
export function parseEvent(body: string): EventHeader | null {
  const semi = body.indexOf(';');
  const end = semi < 0 ? body.length : semi;
  const name = body.slice(0, trimEnd(body, 0, end));
  if (name === '') return null;
  const params = semi < 0 ? '' : body.slice(semi + 1);
  return { name, id: paramValue(params, 'id') ?? '', params };
}
