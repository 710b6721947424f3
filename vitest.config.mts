// Knows the kinds of tests: what each needs before it starts and how long it may take.
import { defineConfig } from "vitest/config";
import { hasPostgres } from "./tools/postgres.mts";

const hydra = "test/support/setup-hydra.ts";
const postgres = hasPostgres() && !process.env.HYDRA_ADMIN_URL;
const onItsOwn = "test/support/setup-postgres.ts";
const without = "test/support/no-postgres.test.ts";
/** What differs between databases: keys that are unique, transactions, what a deletion takes along, times. */
const onPostgres = ["oauth2-client", "client-lifespans", "trusted-jwt-issuer", "shared-key"];
const installation = "test/support/setup-installation.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "property",
          include: ["test/property/**/*.test.ts"],
          globalSetup: [hydra],
          testTimeout: 600_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "postgres",
          include: postgres ? ["test/property/**/*.test.ts"] : [without],
          globalSetup: postgres ? [onItsOwn] : [],
          env: { PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? "240" },
          testTimeout: 600_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "lifecycle",
          include: ["test/lifecycle/**/*.test.ts"],
          globalSetup: [hydra],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: "fault",
          include: ["test/fault/**/*.test.ts"],
          globalSetup: [hydra, installation],
          testTimeout: 1_200_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: "acceptance",
          include: ["test/acceptance/**/*.test.ts"],
          globalSetup: [hydra, installation],
          testTimeout: 420_000,
          hookTimeout: 420_000,
          // Each test runs the Pulumi CLI, which keeps a core busy by itself.
          maxWorkers: 2,
          sequence: { groupOrder: 7 },
        },
      },
      {
        test: {
          name: "acceptance-postgres",
          include: postgres ? onPostgres.map((name) => `test/acceptance/${name}.test.ts`) : [without],
          globalSetup: postgres ? [onItsOwn, installation] : [],
          testTimeout: 420_000,
          hookTimeout: 420_000,
          maxWorkers: 2,
          sequence: { groupOrder: 8 },
        },
      },
      {
        test: {
          name: "example",
          include: ["test/example/**/*.test.ts"],
          globalSetup: [hydra, installation],
          testTimeout: 420_000,
          hookTimeout: 420_000,
          maxWorkers: 2,
          sequence: { groupOrder: 9 },
        },
      },
      {
        test: {
          name: "language",
          // Examples have the same tests as above, on their ports to other languages.
          include: ["test/language/**/*.test.ts", "test/example/{single-page-app,web-app,machine-to-machine}.test.ts"],
          globalSetup: [hydra, installation, "test/support/setup-languages.ts"],
          testTimeout: 420_000,
          hookTimeout: 420_000,
          maxWorkers: 2,
          sequence: { groupOrder: 10 },
        },
      },
    ],
  },
});
