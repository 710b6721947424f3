// How text that others chose is shown on a terminal. Knows nothing else.

/**
 * Controls, line separators, halves of characters, and what is invisible or turns the direction of the text after it. The two joiners (U+200C, U+200D)
 * are not among them: writing systems and emoji need them.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** The text with each unprintable character as JSON escapes it, so that JSON keeps its meaning: `\u001b[2J`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(""),
  );
}

/** JSON over several lines, as printable as its texts. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).split("\n").map(printable).join("\n");
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
