// Secrets in texts for people: what must not show is replaced, however it is written. Knows no request and no server.

const mask = "[secret]";

/** Hydra's shortest secret. What is shorter is none, and without it no message could be read. */
const shortestSecret = 6;

/** Of a longer value only the beginning is looked for: from there on, nothing of the text is shown. */
const longestSecret = 1_000;

/** A text without these values, plain, quoted, URL- or form-encoded or in base64. */
export function conceal(text: string, secrets: readonly string[]): string {
  return concealer(secrets)(text);
}

/** The same for several texts: how values may be written is found out once. */
export function concealer(secrets: readonly string[]): (text: string) => string {
  const shown = secrets.filter(({ length }) => length >= shortestSecret && length <= longestSecret);
  const forms = [...new Set(shown.flatMap(spellings))];
  const starts = secrets.filter(({ length }) => length > longestSecret).flatMap(beginningsOf);
  return (text) => {
    const begins = beginningsIn(text);
    const short = forms
      .filter((form) => (form.length < shortestSecret ? form.trim() !== "" : begins.has(form.slice(0, shortestSecret))))
      // One value may hold another.
      .sort((left, right) => right.length - left.length)
      .reduce((rest, form) => rest.replaceAll(form, mask), text);
    const at = Math.min(...starts.map((form) => short.indexOf(form)).filter((found) => found >= 0));
    return Number.isFinite(at) ? short.slice(0, at) + mask : short;
  };
}

/** All that a form can begin with, if it stands in the text: most do not, and a search for each of thousands takes long. */
function beginningsIn(text: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at + shortestSecret <= text.length; at++) found.add(text.slice(at, at + shortestSecret));
  return found;
}

/** How a server may repeat the beginning of a long value. */
function beginningsOf(secret: string): string[] {
  const part = secret.slice(0, longestSecret).replace(/\p{Cs}$/u, "");
  return spellings(part);
}

/** What is written alike in JSON, URLs and forms. */
const plain = /^[\w.-]*$/;

/** How a server may repeat a value. */
function spellings(secret: string): string[] {
  const encoded = base64Spellings(secret);
  if (plain.test(secret)) return [secret, ...encoded];
  const quoted = JSON.stringify(secret).slice(1, -1);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  // Messages are one line.
  const line = secret.replace(/[\p{Cc}\s]+/gu, " ");
  return [
    secret,
    line,
    line.trim(),
    quoted,
    form,
    form.replaceAll("+", "%20"),
    encodeURIComponent(secret.replace(/\p{Cs}/gu, "\ufffd")),
    ...encoded,
  ];
}

function base64Spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Of a value inside another text, base64 shows the same letters at three places only.
  const inside = [0, 1, 2].map((offset) => base64Inside(bytes, offset)).filter((part) => part.length >= shortest);
  return [bytes.toString("base64"), ...inside].flatMap((part) => (/[+/=]/.test(part) ? [part, urlSafe(part)] : [part]));
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
