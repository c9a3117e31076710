const LOWER_CASE = 'Words of the language are written in lower case.';

const NOTES: Readonly<Record<string, string>> = {
  elseif: 'Write `else if`.',
  elsif: 'Write `else if`.',
  elif: 'Write `else if`.',
  continue: 'There is no `continue`; restructure the loop with `if`.',
  for: 'There is no `for`; use `while`.',
  foreach: 'There is no `foreach`; use `while` with an index.',
  do: 'There is no `do`; use `while`.',
  enabled: 'Write `enable`, `yes` or 1.',
  disabled: 'Write `disable`, `no` or 0.',
};

/** Words of the language that people write with capitals. */
const KEYWORD =
  /^(?:if|else|while|switch|case|default|return|exit|drop|break|route|and|or|not|yes|no|on|off|true|false)$/i;

/** What a person who wrote this word may have meant. */
export function notesOn(word: string): readonly string[] | undefined {
  const note = Object.hasOwn(NOTES, word) ? NOTES[word] : KEYWORD.test(word) ? LOWER_CASE : undefined;
  return note === undefined ? undefined : [note];
}
