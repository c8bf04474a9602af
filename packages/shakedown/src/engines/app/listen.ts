import { createServer } from "../../kit/node-http.ts";
import type { AddressInfo, Socket } from "node:net";
import type { Runnable } from "./to-runnable.ts";

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Has the application listen on a free port of the loopback; a server that listens already is taken as it is. */
export async function listen({ serve, upgrade, close }: Runnable): Promise<Listening> {
  const server = "server" in serve ? serve.server : createServer(serve.listener);
  if (upgrade !== undefined) server.on("upgrade", upgrade);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  if (!server.listening) {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
      });
      // WebSockets and kept connections would hold the server open.
      for (const socket of sockets) socket.destroy();
      await close?.();
      await closed;
    },
  };
}
