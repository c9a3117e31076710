/**
 * What the parser knows an expression to be (`int`, `text`, or only seen at run time), or which part of a script it is.
 * Shrinking replaces a part by another of its kind, so that what it tries is still well typed.
 */
export type Kind = 'int' | 'text' | 'open' | 'statement' | 'block';

/** A part of a script: its text, with the parts inside it in their places. */
export interface Part {
  readonly kind: Kind;
  readonly pieces: readonly (string | Part)[];
}

export function part(kind: Kind, ...pieces: (string | Part)[]): Part {
  return { kind, pieces };
}

export function render(p: Part): string {
  return p.pieces.map((piece) => (typeof piece === 'string' ? piece : render(piece))).join('');
}

/** A script: the route that is run, and routes it calls. `§` in their text stands for the script's own name. */
export interface Script {
  readonly main: Part;
  readonly routes: readonly Part[];
}

export function renderScript(script: Script, name: string): string {
  const blocks = [script.main, ...script.routes].map((body, i) => {
    const text = render(body).replaceAll('§', name);
    return `route[${name}${i === 0 ? '' : `_${i}`}] {\n${text}}\n`;
  });
  return blocks.join('');
}

export function sizeOf(script: Script): number {
  return renderScript(script, '').length;
}

/** Scripts that differ from this one in one place, where they are simpler. Biggest cuts first. */
export function simpler(script: Script): Script[] {
  const out: Script[] = [];
  for (const main of simplerParts(script.main)) out.push({ ...script, main });
  script.routes.forEach((route, i) => {
    for (const smaller of simplerParts(route))
      out.push({ ...script, routes: script.routes.map((r, j) => (j === i ? smaller : r)) });
  });
  // Routes go from the end, so that the names of the others stay.
  const last = `§_${script.routes.length}`;
  if (script.routes.length > 0 && ![script.main, ...script.routes].some((p) => render(p).includes(last)))
    out.push({ ...script, routes: script.routes.slice(0, -1) });
  const size = sizeOf(script);
  const smaller = out.map((s) => ({ s, size: sizeOf(s) })).filter((c) => c.size < size);
  return smaller.sort((a, b) => a.size - b.size).map((c) => c.s);
}

const SIMPLEST: Readonly<Record<Kind, readonly string[]>> = {
  int: ['0', '1'],
  text: ['""', '"a"'],
  open: ['$var(a)', '$avp(none)'],
  statement: [],
  block: ['$var(z)=1;\n'],
};

function* simplerParts(p: Part): Generator<Part> {
  for (const text of SIMPLEST[p.kind]) yield part(p.kind, text);
  for (const inner of within(p)) if (inner.kind === p.kind) yield inner;
  if (p.kind === 'block') {
    for (let n = p.pieces.length >> 1; n >= 1; n >>= 1) {
      for (let at = 0; at < p.pieces.length; at += n) {
        const pieces = [...p.pieces.slice(0, at), ...p.pieces.slice(at + n)];
        if (pieces.length > 0) yield { kind: 'block', pieces };
      }
    }
    for (const [i, piece] of p.pieces.entries()) {
      if (typeof piece === 'string') continue;
      for (const inner of within(piece)) {
        if (inner.kind === 'block')
          yield { kind: 'block', pieces: [...p.pieces.slice(0, i), ...inner.pieces, ...p.pieces.slice(i + 1)] };
      }
    }
  }
  for (const [i, piece] of p.pieces.entries()) {
    if (typeof piece === 'string') continue;
    for (const smaller of simplerParts(piece)) {
      yield { kind: p.kind, pieces: p.pieces.map((old, j) => (j === i ? smaller : old)) };
    }
  }
}

/** Parts at any depth inside a part. */
function* within(p: Part): Generator<Part> {
  for (const piece of p.pieces) {
    if (typeof piece === 'string') continue;
    yield piece;
    yield* within(piece);
  }
}
