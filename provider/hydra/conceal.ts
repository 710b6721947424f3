// Secrets in texts for people: what must not show is replaced, however it is written. Knows no request and no server.

const mask = "[secret]";

/** Hydra's shortest secret. What is shorter is none, and without it no message could be read. */
const shortestSecret = 6;

/** A text without these values, plain, quoted, URL- or form-encoded or in base64. */
export function conceal(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.filter(({ length }) => length >= shortestSecret).flatMap(spellings))];
  // One value may hold another.
  return forms
    .sort((left, right) => right.length - left.length)
    .reduce((rest, form) => rest.replaceAll(form, mask), text);
}

/** How a server may repeat a value. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const quoted = JSON.stringify(secret).slice(1, -1);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  const encoded = [quoted, form, form.replaceAll("+", "%20"), encodeURIComponent(secret.replace(/\p{Cs}/gu, "\ufffd"))];
  // Of a value inside another text, base64 shows the same letters at three places only.
  const inside = [0, 1, 2].map((offset) => base64Inside(bytes, offset)).filter((part) => part.length >= shortest);
  // Messages are one line.
  const line = secret.replace(/[\p{Cc}\s]+/gu, " ");
  return [
    secret,
    line,
    line.trim(),
    ...encoded,
    ...[bytes.toString("base64"), ...inside].flatMap((part) => [part, urlSafe(part)]),
  ];
}

/** Fewer letters of base64 than this may stand in any text. */
const shortest = 8;

/** The letters of base64 that depend on these bytes alone, when `offset` other ones stand before. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const shared = ((offset + bytes.length) * 8) % 6 === 0 ? 0 : 1;
  return text.slice(Math.ceil((offset * 8) / 6), text.length - shared);
}

function urlSafe(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
