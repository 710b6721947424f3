// Knows from which Go module each program is built, and how; does not build.

/** A program that tests and the demo run for real. */
export type PartName =
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-language-yaml"
  | "pulumi-language-python"
  | "pulumi-language-go"
  | "hydra"
  | "generate-sdk";

/** How a program is built. */
export interface Source {
  /** Folder of the Go module beside this file. */
  folder: string;
  /** Go module whose version in go.mod is the part's version. */
  module: string;
  /** The main package. */
  main: string;
  /** A file of our own that the program is built from: it makes another version with each change. */
  own?: string;
  flags: (version: string) => string[];
  cgo: boolean;
  lasts: string;
}

const pkg = "github.com/pulumi/pulumi/pkg/v3";
const sdk = "github.com/pulumi/pulumi/sdk/v3";
const yaml = "github.com/pulumi/pulumi-yaml";
const hydra = "github.com/ory/hydra/v2";

const plain = { flags: () => [], cgo: false };

/**
 * All programs. The language hosts for Node.js, Python and Go are the last ones that are part of a module; later ones cannot be
 * required. They run programs, but neither generate SDKs nor start plugins by PulumiPlugin.yaml.
 */
export const sources: Readonly<Record<PartName, Source>> = {
  pulumi: {
    folder: "pulumi",
    module: pkg,
    main: `${pkg}/cmd/pulumi`,
    flags: (version) => ["-ldflags", `-X ${sdk}/go/common/version.Version=${version.replace(/^v/, "")}`],
    cgo: false,
    lasts: "4 minutes",
  },
  "pulumi-language-nodejs": {
    ...plain,
    folder: "language-nodejs",
    module: sdk,
    main: `${sdk}/nodejs/cmd/pulumi-language-nodejs`,
    lasts: "half a minute",
  },
  "pulumi-language-yaml": {
    ...plain,
    folder: "language-yaml",
    module: yaml,
    main: `${yaml}/cmd/pulumi-language-yaml`,
    lasts: "a minute",
  },
  "pulumi-language-python": {
    ...plain,
    folder: "language-python",
    module: sdk,
    main: `${sdk}/python/cmd/pulumi-language-python`,
    lasts: "half a minute",
  },
  "pulumi-language-go": {
    ...plain,
    folder: "language-go",
    module: sdk,
    main: `${sdk}/go/pulumi-language-go`,
    lasts: "half a minute",
  },
  hydra: {
    folder: "hydra",
    module: hydra,
    main: hydra,
    flags: (version) => [
      "-tags",
      "sqlite,sqlite_omit_load_extension,json1",
      "-ldflags",
      `-X ${hydra}/driver/config.Version=${version}`,
    ],
    cgo: true,
    lasts: "a minute and a half",
  },
  "generate-sdk": {
    ...plain,
    folder: "pulumi",
    module: pkg,
    main: "pulumi-hydra/tools/pulumi/generate-sdk",
    own: "generate-sdk/main.go",
    lasts: "half a minute",
  },
};
