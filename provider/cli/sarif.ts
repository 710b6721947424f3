// Findings in the Static Analysis Results Interchange Format (SARIF 2.1.0), which security tools read.

import { rules } from "../audit/audit.ts";
import type { Rule } from "../audit/rule.ts";
import type { LiveObject } from "./estate.ts";
import type { Exception } from "./exception.ts";

/** One finding on a server. */
export interface Found {
  readonly rule: Rule;
  readonly object: LiveObject;
  /** The property: `redirectUris[0]`. */
  readonly path: string;
  readonly found: string;
  /** Why it is accepted. */
  readonly exception?: Exception;
}

/** A log of one run; what is accepted is suppressed in it. */
export function sarifOf(server: string, all: readonly Found[]): unknown {
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "pulumi-hydra", rules: rules.map(ruleOf) } },
        originalUriBaseIds: { hydra: { uri: `${server.replace(/\/$/, "")}/` } },
        columnKind: "utf16CodeUnits",
        results: all.map(resultOf),
      },
    ],
  };
}

function ruleOf({ name, level, clause, what, why, mend }: Rule): unknown {
  return {
    id: name,
    shortDescription: { text: `${what} (${clause})` },
    fullDescription: { text: why },
    help: { text: mend },
    defaultConfiguration: { level },
  };
}

function resultOf({ rule, object, path, found, exception }: Found): unknown {
  const name = `${object.name}/${path}`;
  return {
    ruleId: rule.name,
    ruleIndex: rules.indexOf(rule),
    level: rule.level,
    message: { text: `${path}: ${found}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: object.uri, uriBaseId: "hydra" },
        },
        logicalLocations: [{ name: path, fullyQualifiedName: name, kind: "member" }],
      },
    ],
    partialFingerprints: { "finding/v1": `${rule.name} ${name}` },
    ...(exception === undefined
      ? {}
      : { suppressions: [{ kind: "external", status: "accepted", justification: exception.reason }] }),
  };
}
