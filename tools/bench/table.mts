// Knows how figures become a table; knows nothing of what was measured.

/** One line: what was measured, on both sides where there are two. */
export interface Row {
  readonly what: string;
  readonly base: string;
  readonly ours: string;
  /** Ours over the base, from rounds that took turns. */
  readonly ratio?: Spread;
  readonly aim?: string;
}

/** A median and how far the figures lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((left, right) => left - right);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}

/** A ratio of medians, with the spread of the ratios of single rounds. */
export function ratioOf(ours: readonly number[], base: readonly number[]): Spread {
  const { least, most } = spreadOf(ours.map((figure, round) => figure / (base[round] ?? Number.NaN)));
  return { median: spreadOf(ours).median / spreadOf(base).median, least, most };
}

/** Seconds or milliseconds, whichever reads better. */
export function duration(milliseconds: number): string {
  return milliseconds >= 1_000 ? `${(milliseconds / 1_000).toFixed(2)} s` : `${milliseconds.toFixed(0)} ms`;
}

export function bytes(count: number): string {
  return count >= 10_000_000
    ? `${(count / 1_048_576).toFixed(0)} MiB`
    : count >= 10_000
      ? `${(count / 1_024).toFixed(1)} KiB`
      : `${count.toFixed(0)} B`;
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, base, ours, ratio, aim = "" }) => {
    const [median, spread] = ratio
      ? [ratio.median.toFixed(2), `${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)}`]
      : ["", ""];
    return [what, base, ours, median, spread, aim];
  });
  const lines = [
    ["what", "base", "ours", "ratio", "spread", "aim"],
    ["---", "---:", "---:", "---:", "---:", "---"],
    ...cells,
  ];
  return `${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}
