// Knows the versions of @pulumi/pulumi that the package is tried with beside the one it is developed with.
import { readFileSync } from "node:fs";
import { fromNpm } from "./from-npm.mts";

/** The newest version that was published when the package was last tried. */
const newest = "3.276.0";

/** Before 3.250, @pulumi/pulumi does not support TypeScript 6. */
const typescript = "5.9.3";

/** The oldest version that the package supports, and the newest. */
export function pulumiSdkVersions(): { oldest: string; newest: string } {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    peerDependencies: { "@pulumi/pulumi": string };
  };
  const oldest = /^>=(\d+\.\d+\.\d+) /.exec(manifest.peerDependencies["@pulumi/pulumi"])?.[1];
  if (!oldest) throw new Error("the range of @pulumi/pulumi in package.json does not begin with its oldest version");
  return { oldest, newest };
}

/** The `node_modules` with that version and all that it needs. */
export function pulumiSdk(version: string): Promise<string> {
  return fromNpm(`@pulumi/pulumi@${version}`, `typescript@${typescript}`);
}
