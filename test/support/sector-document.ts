// Knows how to publish what a `sectorIdentifierUri` leads to: https with a certificate of its own, fetched by Hydra itself.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "../../tools/port.mts";
import { selfSigned } from "./certificate.ts";

/** The redirect URIs that the documents allow. */
export const sectorRedirectUris = ["https://web.example/callback"];

export interface SectorDocuments {
  /** Every path below it is such a document. */
  readonly url: string;
  /** The certificate that Hydra has to trust, as a PEM file. */
  readonly certificateFile: string;
  stop(): Promise<void>;
}

export async function startSectorDocuments(): Promise<SectorDocuments> {
  const { cert, key } = selfSigned();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-"));
  const certificateFile = join(folder, "certificate.pem");
  await writeFile(certificateFile, cert);
  const server = createServer({ cert, key }, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(sectorRedirectUris));
  });
  const port = await listen(server);
  return {
    url: `https://127.0.0.1:${port}`,
    certificateFile,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
