import { ArgumentError } from '../../registry/arguments.js';

/** Letters of terminal colours in the order of ECMA-48 numbers; `x` is the terminal's own. */
const COLOURS: Readonly<Record<string, number>> = { s: 0, r: 1, g: 2, y: 3, b: 4, p: 5, c: 6, w: 7, x: 9 };

/** The escape sequence of a foreground and a background letter; a capital foreground is bold. */
export function colourSequence(name: string): string {
  const foreground = name[0] ?? '';
  const lower = foreground.toLowerCase();
  const front = COLOURS[lower];
  const back = COLOURS[name[1] ?? ''];
  if (name.length !== 2) throw new ArgumentError('color name must have two chars');
  if (front === undefined || back === undefined || foreground === 'X') throw new ArgumentError('invalid color name');
  return `\x1b[${foreground === lower ? 0 : 1};${30 + front};${40 + back}m`;
}

const LEVELS = ['l_alert', 'l_bug', 'l_crit2', 'l_crit', 'l_err', 'l_warn', 'l_notice', 'l_info', 'l_dbg'];

/** Checks `l_err=rx;l_info=gx`; the message when it is not valid. */
export function checkLevelColours(text: string): string | null {
  for (const item of text.split(';')) {
    if (item.trim() === '') continue;
    const [name = '', colours = ''] = item.split('=').map((s) => s.trim());
    if (!LEVELS.includes(name.toLowerCase())) return `invalid level name ${name}`;
    if (colours.length !== 2) return `invalid color spec for level ${name} (${colours})`;
  }
  return null;
}
