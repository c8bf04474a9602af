import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Ports given out a moment ago may look free again before their new owner has bound them. */
const given = new Set<number>();
const mostRemembered = 200;

/** Asks the kernel for so many different free ports. Another program may take one before its owner does: be ready to ask again. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const servers = [];
  try {
    while (ports.length < count) {
      const server = createServer();
      servers.push(server);
      // On all addresses: a port that is taken on one of them would clash with a service that listens on all.
      server.listen(0);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      if (given.has(port)) continue;
      ports.push(port);
      remember(port);
    }
    return ports;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function remember(port: number): void {
  given.add(port);
  const [oldest] = given;
  if (given.size > mostRemembered && oldest !== undefined) given.delete(oldest);
}
