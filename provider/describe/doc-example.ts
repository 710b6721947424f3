// How examples stand in the package schema: a block for each language, of which each SDK keeps its own.

/** A program in each language, by the names that Pulumi has for code blocks. */
export type Example = Readonly<Record<ExampleLanguage, string>>;

export type ExampleLanguage = (typeof exampleLanguages)[number];

/** In the order in which Pulumi's pages show them. */
export const exampleLanguages = ["typescript", "python", "csharp", "go", "java", "yaml"] as const;

const start = "\n\n{{% examples %}}\n## Example Usage\n{{% example %}}\n";

/** The description with its example. */
export function withExample(description: string, example: Example | undefined): string {
  if (!example) return description;
  const blocks = exampleLanguages.map((language) => `\n\`\`\`${language}\n${example[language].trimEnd()}\n\`\`\``);
  return `${description}${start}${blocks.join("")}\n{{% /example %}}\n{{% /examples %}}`;
}

/** The description as documents have it, which show examples elsewhere. */
export function withoutExample(description: string): string {
  return description.split(start)[0] ?? "";
}
