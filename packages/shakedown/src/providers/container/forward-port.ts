import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Forwarder {
  /** Ends it, once everybody who shares it has. */
  close(): Promise<void>;
}

interface Shared {
  users: number;
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

const shared = new Map<string, Promise<Shared | undefined>>();

/**
 * Passes connections to `address:port` on to the same port of the loopback interface. Undefined where that address is not
 * ours (an engine in a machine of its own), or where its port is open already: nothing is to be done then.
 */
export async function forwardPort(address: string, port: number): Promise<Forwarder | undefined> {
  const key = `${address}:${port}`;
  const opening = shared.get(key) ?? listen(address, port);
  shared.set(key, opening);
  const open = await opening;
  if (open === undefined) {
    shared.delete(key);
    return undefined;
  }
  open.users += 1;
  let isClosed = false;
  return {
    async close() {
      if (isClosed) return;
      isClosed = true;
      open.users -= 1;
      if (open.users > 0) return;
      shared.delete(key);
      open.server.close();
      for (const socket of open.sockets) socket.destroy();
      await once(open.server, "close");
    },
  };
}

async function listen(address: string, port: number): Promise<Shared | undefined> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const service = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    keep(inside);
    keep(service);
    // Either side's failure is the other side's end.
    inside.once("error", () => service.destroy());
    service.once("error", () => inside.destroy());
    inside.once("close", () => service.destroy());
    service.once("close", () => inside.destroy());
    inside.pipe(service);
    service.pipe(inside);
  });
  server.listen(port, address);
  try {
    await once(server, "listening");
    server.unref();
    return { users: 0, server, sockets };
  } catch {
    return undefined; // EADDRNOTAVAIL, EADDRINUSE: see above
  }
}
