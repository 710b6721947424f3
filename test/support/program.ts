// Knows how the programs under test are written: CommonJS, with both packages at hand, one statement for each resource.

/**
 * The files of a program.
 *
 * @example
 * workspace({ files: program(`const web = new hydra.OAuth2Client("web", ${json({ clientName: "Web" })});`) });
 */
export function program(...statements: readonly string[]): Record<string, string> {
  const head = ['const pulumi = require("@pulumi/pulumi");', 'const hydra = require("pulumi-hydra");'];
  return { "index.js": [...head, ...statements, ""].join("\n") };
}

/** The same on the plugin. */
export function pluginProgram(...statements: readonly string[]): Record<string, string> {
  const { "index.js": text = "" } = program(...statements);
  return { "index.js": text.replace('require("pulumi-hydra")', 'require("pulumi-hydra/plugin")') };
}

/** A value as program text. */
export function json(value: unknown): string {
  return JSON.stringify(value);
}
