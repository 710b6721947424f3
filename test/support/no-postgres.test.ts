// Knows why the tests on PostgreSQL do not run here.
import { it } from "vitest";

it("runs its tests on PostgreSQL", (context) => {
  context.skip("there is no PostgreSQL (initdb, postgres) on PATH, or HYDRA_ADMIN_URL names the server to use");
});
