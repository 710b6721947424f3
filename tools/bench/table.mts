// Knows how figures of two sides become a row of a table.

/** The median of the figures, and how far they lie apart. */
export function spreadOf(figures: readonly number[]) {
  const sorted = figures.toSorted((left, right) => left - right);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** What the cells of a row are, numbers at the right. */
export const head = ["what", "base:", "ours:", "ratio:", "spread:", "aim"];

/** Ours beside the base: the ratio of the medians, with the spread of the ratios of single rounds, which took turns. */
export function rowOf(what: string, base: readonly number[], ours: readonly number[], aim = ""): string[] {
  const [left, right] = [spreadOf(base).median, spreadOf(ours).median];
  const { least, most } = spreadOf(ours.map((figure, round) => figure / (base[round] ?? Number.NaN)));
  // Milliseconds as seconds or milliseconds, whichever reads better.
  const time = (ms: number) => (ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`);
  const figures = [left, right].map((value) => (what.includes("bytes") ? value.toFixed(0) : time(value)));
  const cells = [...figures, (right / left).toFixed(2), `${least.toFixed(2)} to ${most.toFixed(2)}`, aim];
  // A browser must not break a figure before its unit.
  return [what, ...cells.map((cell) => cell.replaceAll(" ", "\u00a0"))];
}
