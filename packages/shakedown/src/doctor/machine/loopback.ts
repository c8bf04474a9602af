import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { CheckResult, MachineCheck } from "../check.ts";

const portsTried = 32;

/** Services listen on loopback, on ports that the kernel chooses. */
export const checkLoopback: MachineCheck = async () => [
  await lookAt("127.0.0.1", "failed"),
  await lookAt("::1", "advice"),
];

async function lookAt(
  host: string,
  otherwise: "failed" | "advice",
): Promise<Omit<CheckResult, "area">> {
  const name = `ports on ${host}`;
  const servers: Server[] = [];
  try {
    for (let port = 0; port < portsTried; port += 1) {
      const server = createServer();
      servers.push(server);
      server.listen(0, host);
      await once(server, "listening");
    }
    return { name, state: "ok", seen: `${portsTried} were to be had at once` };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return {
      name,
      state: otherwise,
      seen: `the ${servers.length}. could not be had: ${code}`,
      needed:
        otherwise === "failed"
          ? "free ports on the loopback interface"
          : "IPv6 on loopback, for services that want it",
      remedy:
        code === "EADDRINUSE"
          ? "Close what holds them: ss -s shows how many are open"
          : "Bring the loopback interface up: ip link set lo up",
    };
  } finally {
    for (const server of servers) server.close();
  }
}
