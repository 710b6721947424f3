// Knows where releases are published: all of it follows from the one repository that package.json names.
import type { Publication } from "../../provider/describe/schema.ts";

/** What package.json says of releases. */
export interface About {
  readonly version: string;
  readonly repository?: unknown;
}

/** The places for a version. There are none until package.json names a repository. */
export function publicationOf({ repository, version }: About): Publication | undefined {
  if (repository === undefined) return undefined;
  const written =
    typeof repository === "object" && repository !== null && "url" in repository ? repository.url : repository;
  const found = /^(?:git\+)?https:\/\/github\.com\/([\w-]+)\/([\w.-]+?)(?:\.git)?$/.exec(String(written));
  const [, owner, name] = found ?? [];
  if (owner === undefined || name === undefined)
    throw new Error(
      `"repository" in package.json is ${String(written)}: write https://github.com/<owner>/<name>, which Pulumi can download releases from`,
    );
  const path = `github.com/${owner}/${name}`;
  return {
    owner,
    repository: `https://${path}`,
    pluginDownloadURL: `github://api.github.com/${owner}/${name}`,
    logoUrl: `https://raw.githubusercontent.com/${owner}/${name}/v${version}/docs/logo.svg`,
    configurationDocsUrl: `https://${path}/blob/v${version}/docs/installation-configuration.md`,
    goModule: `${path}/sdk/go`,
    mavenGroup: `io.github.${owner.toLowerCase()}`,
  };
}
