// Knows from which Go module each program is built, and how; does not build.

/** How a program is built. */
export interface Source {
  /** Folder of the Go module beside this file. */
  readonly folder: string;
  /** Go module whose version in go.mod is the part's version. */
  readonly module: string;
  /** The main package. */
  readonly main: string;
  readonly lasts: string;
  readonly tags?: string;
  /** The variable of the program that says its version. */
  readonly versionIn?: { variable: string; prefix: "v" | "" };
  /** Whether it needs a C compiler. */
  readonly cgo?: boolean;
  /** Files of our own that belong to the program: they make another version with each change. */
  readonly own?: readonly string[];
}

/** A program that tests and the demo run for real. */
export type PartName = keyof typeof programs;

const pkg = "github.com/pulumi/pulumi/pkg/v3";
const sdk = "github.com/pulumi/pulumi/sdk/v3";
const yaml = "github.com/pulumi/pulumi-yaml";
const java = "github.com/pulumi/pulumi-java/pkg";
const hydra = "github.com/ory/hydra/v2";

const from = (folder: string, module: string, main: string, lasts: string, more: Partial<Source> = {}): Source => ({
  folder,
  module,
  main,
  lasts,
  ...more,
});

/**
 * All programs. The language hosts for Node.js, Python and Go are the last ones that are part of a module; later ones cannot be
 * required. They run programs, but neither generate SDKs nor start plugins by PulumiPlugin.yaml.
 */
const programs = {
  pulumi: from("pulumi", pkg, `${pkg}/cmd/pulumi`, "4 minutes", {
    versionIn: { variable: `${sdk}/go/common/version.Version`, prefix: "" },
    own: ["zxcvbn/zxcvbn.go", "zxcvbn/second/zxcvbn.go"],
  }),
  "pulumi-language-nodejs": from("language-nodejs", sdk, `${sdk}/nodejs/cmd/pulumi-language-nodejs`, "half a minute"),
  "pulumi-language-yaml": from("language-yaml", yaml, `${yaml}/cmd/pulumi-language-yaml`, "a minute"),
  "pulumi-converter-yaml": from("language-yaml", yaml, `${yaml}/cmd/pulumi-converter-yaml`, "a minute"),
  "pulumi-language-python": from("language-python", sdk, `${sdk}/python/cmd/pulumi-language-python`, "half a minute", {
    own: ["pulumi-language-python-exec"],
  }),
  "pulumi-language-go": from("language-go", sdk, `${sdk}/go/pulumi-language-go`, "half a minute"),
  "pulumi-language-java": from("language-java", java, `${java}/cmd/pulumi-language-java`, "a minute and a half"),
  hydra: from("hydra", hydra, hydra, "a minute and a half", {
    tags: "sqlite,sqlite_omit_load_extension,json1",
    versionIn: { variable: `${hydra}/driver/config.Version`, prefix: "v" },
    cgo: true,
  }),
  "generate-sdk": from("pulumi", pkg, "pulumi-hydra/tools/pulumi/generate-sdk", "half a minute", {
    own: ["generate-sdk/main.go"],
  }),
  "generate-dotnet-sdk": from("generate", java, "pulumi-hydra/tools/generate/generate-dotnet-sdk", "half a minute", {
    own: ["generate-dotnet-sdk/main.go"],
  }),
  "generate-example": from("generate", java, "pulumi-hydra/tools/generate/generate-example", "half a minute", {
    own: ["generate-example/main.go"],
  }),
  "drive-engine": from("pulumi", pkg, "pulumi-hydra/tools/pulumi/drive-engine", "a minute", {
    own: ["drive-engine/main.go", "drive-engine/program.go"],
  }),
};

export const sources: Readonly<Record<PartName, Source>> = programs;
