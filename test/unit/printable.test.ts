// Knows what foreign text may bring to a terminal.
import { expect, it } from "vitest";
import { printable } from "../../provider/cli/printable.ts";

it.each([
  ["a colour", "\u001b[31mred", "\\u001b[31mred"],
  ["a line break", "two\nlines\r", "two\\u000alines\\u000d"],
  ["a tab, a bell, DEL", "\t\u0007\u007f", "\\u0009\\u0007\\u007f"],
  ["the control sequence of eight bits", "\u009b2J", "\\u009b2J"],
  ["a turned direction", "a\u202eb\u2066c\u200fd\u061c", "a\\u202eb\\u2066c\\u200fd\\u061c"],
  ["other line breaks", "a\u2028b\u2029", "a\\u2028b\\u2029"],
  ["what is invisible", "a\u200bb\ufeffc\u00ad\u{e0041}", "a\\u200bb\\ufeffc\\u00ad\\udb40\\udc41"],
  ["half of a character", "a\ud83e", "a\\ud83e"],
])("shows %s as its number", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text);
});

it.each(["", "plain", "Café Zoë", "日本語のクライアント", "👩‍💻", "نامه‌ای", 'quo"ted\\'])("leaves %j alone", (text) => {
  expect(printable(text)).toBe(text);
});
