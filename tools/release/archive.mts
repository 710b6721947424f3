// Knows how a tar archive is written (POSIX ustar), byte for byte the same from the same files, on every system.
import { gzipSync } from "node:zlib";

/** A file to be archived. */
export interface Entry {
  /** Its path in the archive, with `/` between folders. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

const block = 512;

/** The compressed archive. Neither owners nor times nor the order of `entries` make a difference. */
export function archive(entries: readonly Entry[]): Buffer {
  const sorted = [...entries].sort((left, right) => (left.path < right.path ? -1 : 1));
  const parts = sorted.flatMap(({ path, content, executable }) => [
    header(path, content.length, executable),
    content,
    Buffer.alloc((block - (content.length % block)) % block),
  ]);
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]), { level: 9 });
}

function header(path: string, size: number, executable: boolean): Buffer {
  const [prefix, name] = split(path);
  const fields: [offset: number, text: string][] = [
    [0, name],
    [100, octal(executable ? 0o755 : 0o644, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(0, 11)],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\0" + "00"],
    [345, prefix],
  ];
  const bytes = Buffer.alloc(block);
  for (const [offset, text] of fields) bytes.write(text, offset, "utf8");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\0 `, 148, "utf8");
  return bytes;
}

/** A path longer than a name may be is cut at a folder. */
function split(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  const cut = path.indexOf("/", path.length - 101);
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
  if (cut <= 0 || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100)
    throw new Error(`${path} is too long for an archive`);
  return [prefix, name];
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
