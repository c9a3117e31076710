import type { Diagnostic, Span } from '../../grammar/source.js';

/** So many inclusions are shown. */
const MOST = 5;

/**
 * A finding with the other places it has to do with: the define that its text came out of, and the lines that include
 * its file, from the inside out.
 */
export function withPlaces(d: Diagnostic, inclusions: ReadonlyMap<string, Span>): Diagnostic {
  const places: NonNullable<Diagnostic['related']>[number][] = [];
  const { definedAt, at } = d.span;
  if (definedAt) places.push({ span: { at: definedAt, end: definedAt }, label: 'the define that stands here' });
  for (let from = inclusions.get(at.file); from && places.length < MOST; from = inclusions.get(from.at.file))
    places.push({ span: from, label: `${places.length > 0 ? 'which is ' : ''}included here` });
  return places.length === 0 ? d : { ...d, related: [...(d.related ?? []), ...places] };
}
