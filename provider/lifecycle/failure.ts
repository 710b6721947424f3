// A property that cannot be accepted, and how its place is written.

export type Path = readonly (string | number)[];

/** A property that cannot be accepted. The reason says what to do and never repeats a value that may be secret. */
export interface Failure {
  readonly path: Path;
  readonly reason: string;
}

/** A path as people write it: `redirectUris[1]`, `metadata.team`, `metadata["a.b"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
