// How descriptions in the package schema name other properties: each language's SDK spells them in its own way.

/** The description, where each of `names` in backticks refers to the property of that name at `place`, if that can be referred to. */
export function withReferences(description: string, place: string | undefined, names: readonly string[]): string {
  if (place === undefined) return description;
  return description.replace(/`(\w+)`/g, (written, name: string) =>
    names.includes(name) ? `{{% ref ${place}/${name} %}}` : written,
  );
}

/** The description as documents have it, with the names of the package schema. */
export function withoutReferences(description: string): string {
  return description.replace(/\{\{% ref \S*\/(\w+) %\}\}/g, "`$1`");
}
