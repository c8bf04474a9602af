// Holds a session until it is killed or its input ends: node hold-session.ts <plan as JSON> <services, comma separated> <purpose>
import { openSession } from "../../src/supervisor/client.ts";

const plan = JSON.parse(process.argv[2] ?? "null");
const session = await openSession({
  plan,
  purpose: process.argv[4] === "up" ? "up" : "run",
  environment: process.env as Record<string, string>,
});
const lease = await session.borrow({ wish: 0, services: (process.argv[3] ?? "").split(",") });
const { pid } = await session.status();
process.stdout.write(`${JSON.stringify({ supervisorPid: pid, lease })}\n`);
process.stdin.resume().on("end", () => void session[Symbol.asyncDispose]());
