// Durations as Go writes and reads them: the form in which Hydra takes and returns every lifespan. Knows nothing else.

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const largest = 2n ** 63n;

/**
 * The nanoseconds that a Go duration such as `1h30m`, `90m` or `1.5h` stands for; `undefined` when Go's
 * `time.ParseDuration` refuses the text (`1d`, `90`, an empty text, more than about 292 years).
 */
export function parseDuration(text: string): bigint | undefined {
  const sign = text.startsWith("-") ? -1n : 1n;
  const unsigned = text.replace(/^[-+]/, "");
  if (unsigned === "0") return 0n;
  if (!/^((\d+(\.\d*)?|\.\d+)[a-z\u00b5\u03bc]+)+$/.test(unsigned)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of unsigned.matchAll(/(\d*)(?:\.(\d*))?([a-z\u00b5\u03bc]+)/g)) {
    const scale = nanoseconds[unit];
    if (scale === undefined) return undefined;
    total += BigInt(whole || "0") * scale + fractionOf(fraction, scale);
    if (total > largest || (total === largest && sign > 0n)) return undefined;
  }
  return sign * total;
}

// Go computes a fraction in floating point and cuts it off; equality by value has to make the same mistakes.
function fractionOf(digits: string, scale: bigint): bigint {
  if (digits === "") return 0n;
  let value = 0n;
  let divisor = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (next > largest) break;
    value = next;
    divisor *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(scale) / divisor)));
}
