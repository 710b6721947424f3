// Knows what the plugin's archives hold of others, as a bill of materials (CycloneDX 1.6).

/**
 * The bill, out of the notices of the build: each begins with name, version and license. It has no serial number, which would
 * be another one each time.
 *
 * @example
 * await writeFile("bom.cdx.json", sbomOf(await readFile("dist/LICENSES", "utf8"), "0.1.0"));
 */
export function sbomOf(notices: string, version: string): string {
  const components = [...notices.matchAll(/(?:^|^-{80}\n\n)((?:@[\w.-]+\/)?[\w.-]+) (\d\S*) \((.+)\)$/gm)].map(
    ([, name = "", version = "", license = ""]) => ({
      type: "library",
      "bom-ref": urlOf(name, version),
      name,
      version,
      licenses: license.includes(" ") ? [{ expression: license }] : [{ license: { id: license } }],
      purl: urlOf(name, version),
    }),
  );
  const own = { name: "pulumi-hydra", version, licenses: [{ license: { id: "Apache-2.0" } }] };
  const ref = urlOf(own.name, version);
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": ref, ...own, purl: ref } },
    components,
    dependencies: [
      { ref, dependsOn: components.map(({ purl }) => purl) },
      ...components.map(({ purl }) => ({ ref: purl })),
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function urlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
