// Draws what a terminal shows, as SVG. Knows nothing of what it says.

/** A line of text in a colour of the terminal. */
export interface Line {
  readonly text: string;
  readonly style: string;
}

const columns = 104;
const [width, height] = [7.8, 19];
const margin = 20;
const colours: Readonly<Record<string, string>> = {
  bold: "#ffffff",
  cyan: "#7dcfff",
  green: "#9ece6a",
  red: "#f7768e",
  yellow: "#e0af68",
  dim: "#8b90a5",
};

/** The lines, cut to the width of a terminal, light on a dark window. */
export function terminalPicture(title: string, lines: readonly Line[]): string {
  const [across, down] = [Math.ceil(columns * width) + 2 * margin, (lines.length + 1) * height + 2 * margin];
  // Browsers join spaces, whatever xml:space says.
  const texts = lines.map(({ text, style }, index) => {
    const weight = style === "bold" ? ' font-weight="bold"' : "";
    const place = `x="${margin}" y="${margin + (index + 2) * height}"`;
    return `<text ${place} fill="${colours[style] ?? "#c0caf5"}"${weight}>${escaped(cut(text)).replaceAll(" ", "\u00a0")}</text>`;
  });
  const dots = ["#f7768e", "#e0af68", "#9ece6a"].map(
    (fill, index) => `<circle cx="${margin + 4 + index * 18}" cy="${margin}" r="5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${across} ${down}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${across}" height="${down}" rx="10" fill="#1a1b26"/>`,
    ...dots,
    ...texts,
    "</svg>\n",
  ].join("\n");
}

function cut(text: string): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
