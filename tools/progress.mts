// Knows how to show on a terminal, or in a log, that something takes its time.

/** Where progress goes: standard error, or whatever a test hands in. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * Says what is going on and for how long: one line that is kept up to date on a terminal, a line each half minute
 * elsewhere. The function it returns ends that and says how it went.
 *
 * @example
 * const done = progress("building hydra v2.3.0");
 * done("built hydra v2.3.0");
 */
export function progress(doing: string, output: ProgressOutput = process.stderr): (outcome: string) => void {
  const started = Date.now();
  const elapsed = (): string => {
    const seconds = Math.round((Date.now() - started) / 1000);
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  };
  const tick = (): unknown =>
    output.isTTY ? output.write(`\r\x1b[2K${doing} … ${elapsed()}`) : output.write(`${doing} … ${elapsed()}\n`);
  output.write(output.isTTY ? doing : `${doing}\n`);
  const timer = setInterval(tick, output.isTTY ? 1_000 : 30_000);
  return (outcome) => {
    clearInterval(timer);
    output.write(`${output.isTTY ? "\r\x1b[2K" : ""}${outcome} (${elapsed()})\n`);
  };
}
