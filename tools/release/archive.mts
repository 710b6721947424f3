// Knows how a tar archive is written, byte for byte the same from the same files, on every system.
import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { Header } from "tar";

/** A file to be archived. */
export interface Entry {
  /** Its path in the archive, with `/` between folders. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

const block = 512;

/**
 * The compressed archive. Neither owners nor times nor the order of `entries` make a difference. `first` are the entries that
 * are compressed already.
 */
export function archive(entries: readonly Entry[], first: Uint8Array = new Uint8Array()): Buffer {
  const end = Buffer.alloc(2 * block);
  return Buffer.concat([first, gzipSync(Buffer.concat([...blocks(entries), end]), { level: 9 })]);
}

/** Entries for the beginning of an archive, compressed while others are. */
export function compressed(entries: readonly Entry[], level: number): Promise<Buffer> {
  return promisify(gzip)(Buffer.concat(blocks(entries)), { level });
}

function blocks(entries: readonly Entry[]): Uint8Array[] {
  const sorted = [...entries].sort((left, right) => (left.path < right.path ? -1 : 1));
  return sorted.flatMap(({ path, content, executable }) => {
    const header = new Header({
      path,
      mode: executable ? 0o755 : 0o644,
      size: content.length,
      mtime: new Date(0),
      type: "File",
    });
    const bytes = Buffer.alloc(block);
    if (header.encode(bytes)) throw new Error(`${path} is too long for an archive`);
    return [bytes, content, Buffer.alloc((block - (content.length % block)) % block)];
  });
}
