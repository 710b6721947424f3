// Knows how the demo looks on a terminal: headings, commands, what is left of the engine's output. Knows nothing of Hydra.
import { styleText } from "node:util";
import type { Operation } from "../workspace.mts";
import type { Line } from "./picture.mts";

type Style = Parameters<typeof styleText>[0] & string;

const out = process.stdout;
// styleText would go by the environment; a file or a pipe gets plain text here, whatever that says.
const paint = (style: Style, text: string): string =>
  out.isTTY ? styleText(style, text, { validateStream: false }) : text;

/** What is on the stage, by the headings above it. */
const scenes: Line[][] = [];

function show(style: Style, text: string): void {
  scenes.at(-1)?.push({ style, text });
  out.write(`${paint(style, text)}\n`);
}

export function heading(text: string): void {
  out.write("\n");
  scenes.push([]);
  show("bold", `${scenes.length}. ${text}`);
}

export function command(text: string): void {
  show("cyan", `   $ ${text}`);
}

/** Something that has just been seen to hold. */
export function fact(text: string): void {
  show("green", `   ✓ ${text}`);
}

/** The scenes of these numbers, with a line between them; their headings without numbers, as some are left out. */
export function scenesOf(numbers: readonly number[]): Line[] {
  const unnumbered = ({ style, text }: Line) => ({
    style,
    text: style === "bold" ? text.replace(/^\d+\. /, "") : text,
  });
  const scene = (number: number) => (scenes[number - 1] ?? []).map(unnumbered);
  return numbers.flatMap((number) => [{ style: "dim", text: "" }, ...scene(number)]).slice(1);
}

export function closing(text: string): void {
  out.write(`\n${text}\n`);
}

export function failure(text: string): void {
  process.stderr.write(`\n${process.stderr.isTTY ? styleText("red", "✗") : "✗"} ${text}\n`);
}

/** What the engine said about an operation, as it said it, but only what changed and the sum. */
export function engine(operation: Operation): void {
  for (const line of essential(operation.stdout.split("\n"))) {
    const mark = /^\s*([+~-])/.exec(line)?.[1];
    const style: Style = mark === "+" ? "green" : mark === "-" ? "red" : mark === "~" ? "yellow" : "dim";
    show(style, `     ${line}`);
  }
}

function essential(lines: readonly string[]): string[] {
  const sum = lines.indexOf("Resources:");
  const end = lines.indexOf("", sum);
  const steps = lines.slice(0, sum);
  const isDetailed = steps.some((line) => line.includes("[urn="));
  const kept = isDetailed ? changes(steps) : steps.filter((line) => isDone(line) && !isStack(line));
  return [...kept.map((line) => line.trimEnd()), ...lines.slice(sum, end)];
}

function isDone(line: string): boolean {
  return /^ [+~-]{1,2} .* (created|updated|replaced|deleted) /.test(line);
}

function isStack(line: string): boolean {
  return line.includes("pulumi:pulumi:Stack");
}

/** The marked lines of `--diff`, with the brackets around them; neither outputs nor what the server alone decides. */
function changes(lines: readonly string[]): string[] {
  const kept: string[] = [];
  const open: boolean[] = [];
  let inOutputs = false;
  for (const line of lines) {
    const text = line.trim();
    if (text === "--outputs:--") inOutputs = true;
    else if (text.includes("[urn=")) inOutputs = false;
    const isResource = /^[+~-]{1,2} \S+:\S+: \(/.test(text);
    const isMarked = isResource || (!inOutputs && /^[+~-] (?!updatedAt)/.test(text));
    if (/[[{]$/.test(text)) open.push(isMarked);
    if (/^[\]}]$/.test(text) ? open.pop() : isMarked) kept.push(line);
  }
  return kept;
}
