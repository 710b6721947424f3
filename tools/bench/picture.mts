// Knows how the processor time of sides becomes a picture of stacked bars.
import { type Life, parts, steps } from "./life.mts";
import { spreadOf } from "./table.mts";

const colours = ["#6b7fd7", "#9aa5b1", "#e0904b", "#5ba886"];
const [row, left, wide] = [18, 200, 560];

/** Seconds of processor time by whom they were spent, one bar for each step and side. */
export function pictureOf(lives: Readonly<Record<string, readonly Life[]>>, title: string): string {
  const bars = Object.entries(lives).flatMap(([side, all]) =>
    steps.map((step) => {
      const seconds = parts.map((part) => spreadOf(all.map((life) => life[`${step}: ${part}`] ?? 0)).median);
      return { label: `${side}, ${step}`, seconds, whole: seconds.reduce((sum, value) => sum + value, 0) };
    }),
  );
  const scale = wide / Math.max(...bars.map(({ whole }) => whole));
  const text = (x: number, y: number, content: string, more = "") => `<text x="${x}" y="${y}"${more}>${content}</text>`;
  const box = (x: number, y: number, width: number, part: number) =>
    `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${row - 5}" fill="${colours[part]}"/>`;
  const drawn = bars.flatMap(({ label, seconds, whole }, index) => {
    const y = (index + 2) * row;
    let x = left;
    const pieces = seconds.map((value, part) => {
      x += value * scale;
      return box(x - value * scale, y, value * scale, part);
    });
    const end = text(Math.round(x) + 4, y + 10, `${whole.toFixed(1)} s`);
    return [text(left - 6, y + 10, label, ' text-anchor="end"'), ...pieces, end];
  });
  const at = (index: number) => left + index * 90;
  const legend = parts.flatMap((part, index) => [box(at(index), 20, 10, index), text(at(index) + 14, 31, part)]);
  const name = `Processor time of each part, ${title}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + wide + 60} ${(bars.length + 3) * row}" font-family="sans-serif" font-size="11">
<title>${name}</title>
<rect width="100%" height="100%" fill="#fff"/>
${[text(left, 14, name, ' font-weight="bold"'), ...legend, ...drawn].join("\n")}
</svg>
`;
}
