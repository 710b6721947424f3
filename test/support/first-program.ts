// Knows the smallest program of each language: one client, whose id it exports.
import { readFileSync } from "node:fs";

type Files = Readonly<Record<string, string>>;

/** The files of each program, for the stack `dev` of the project `program`. */
export const firstProgram = {
  nodejs: {
    "index.js": `const hydra = require("pulumi-hydra-sdk");
const client = new hydra.OAuth2Client("one", { clientName: "One" });
exports.id = client.clientId;
`,
    "package.json": "{}",
  },
  python: {
    "__main__.py": `import pulumi
import pulumi_hydra as hydra

client = hydra.OAuth2Client("one", client_name="One")
pulumi.export("id", client.client_id)
`,
  },
  go: {
    "Pulumi.yaml": "name: program\nruntime: go\n",
    "go.mod": "module program\n\ngo 1.25.11\n\nrequire github.com/pulumi/pulumi/sdk/v3 v3.259.0\n",
    "main.go": `package main

import (
	"github.com/example/pulumi-hydra/sdk/go/hydra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		client, err := hydra.NewOAuth2Client(ctx, "one", &hydra.OAuth2ClientArgs{ClientName: pulumi.String("One")})
		if err != nil {
			return err
		}
		ctx.Export("id", client.ClientId)
		return nil
	})
}
`,
  },
  java: {
    "Pulumi.yaml": "name: program\nruntime: java\n",
    "src/main/java/program/App.java": `package program;

import com.pulumi.Pulumi;
import com.pulumi.hydra.OAuth2Client;
import com.pulumi.hydra.OAuth2ClientArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var client = new OAuth2Client("one", OAuth2ClientArgs.builder().clientName("One").build());
            ctx.export("id", client.clientId());
        });
    }
}
`,
  },
  yaml: {
    "Pulumi.yaml": `name: program
runtime: yaml
resources:
  one:
    type: hydra:OAuth2Client
    properties: { clientName: One }
outputs:
  id: \${one.clientId}
`,
  },
} as const satisfies Readonly<Record<string, Files>>;

/** Where the Python program has its packages. */
export function pythonProject(environment: string): string {
  return `name: program\nruntime: { name: python, options: { toolchain: pip, virtualenv: ${environment} } }\n`;
}

/** The pom.xml of the Java program on an SDK in `sdks/hydra`: that of our examples. */
export const pomOnSdk = readFileSync("examples/single-page-app/java/pom.xml", "utf8").replace("app.App", "program.App");

/** The pom.xml of the Java program, which needs the libraries `group:name:version`. */
export function pom(...libraries: readonly string[]): string {
  const dependency = (library: string) => {
    const [group, name, version] = library.split(":");
    return `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  };
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>program</groupId>
  <artifactId>program</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <mainClass>program.App</mainClass>
    <mainArgs/>
  </properties>
  <dependencies>
${libraries.map(dependency).join("\n")}
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.codehaus.mojo</groupId>
        <artifactId>exec-maven-plugin</artifactId>
        <version>3.5.0</version>
        <configuration><mainClass>\${mainClass}</mainClass></configuration>
      </plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
    </plugins>
  </build>
</project>
`;
}
