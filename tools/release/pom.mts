// Knows what Maven is told of the SDK for Java, both to make it and to use it.
import type { Publication } from "../../provider/describe/schema.ts";

interface PomOptions {
  readonly version: string;
  readonly publication: Publication | undefined;
  /** What every entry of the archives is dated. */
  readonly date: Date;
}

/** What the generated code needs. Pulumi's generator names the first two, and an older version of the third. */
const dependencies = [
  ["com.google.code.findbugs", "jsr305", "3.0.2"],
  ["com.google.code.gson", "gson", "2.8.9"],
  ["com.pulumi", "pulumi", "1.36.1"],
];

/** One version each: another one may write other bytes. */
const plugins = [
  ["maven-resources-plugin", "3.3.1"],
  ["maven-compiler-plugin", "3.13.0"],
  ["maven-jar-plugin", "3.4.2"],
  ["maven-source-plugin", "3.3.1"],
];

/** The pom.xml. Without a repository its group is one that nobody can publish. */
export function pomOf({ version, publication, date }: PomOptions): string {
  const { mavenGroup = "com.example", repository } = publication ?? {};
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${mavenGroup}</groupId>
  <artifactId>pulumi-hydra-java</artifactId>
  <version>${version}</version>
  <name>pulumi-hydra-java</name>
  <description>Ory Hydra's OAuth 2.0 clients as Pulumi resources</description>
${repository ? `  <url>${repository}</url>\n  <scm><url>${repository}</url></scm>\n` : ""}  <licenses>
    <license><name>Apache-2.0</name><url>https://www.apache.org/licenses/LICENSE-2.0.txt</url></license>
  </licenses>
  <developers>
    <developer><name>The authors of pulumi-hydra</name></developer>
  </developers>
  <properties>
    <maven.compiler.release>11</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>${date.toISOString().replace(".000", "")}</project.build.outputTimestamp>
  </properties>
  <dependencies>
${dependencies.map(([group, name, of]) => `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${of}</version></dependency>`).join("\n")}
  </dependencies>
  <build>
    <plugins>
${plugins.map(([name, of]) => `      <plugin><artifactId>${name}</artifactId><version>${of}</version></plugin>`).join("\n")}
    </plugins>
  </build>
</project>
`;
}
