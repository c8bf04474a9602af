// A service of a user, for command.test.ts: says what it was given, and does what it is told.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

let resets = 0;
process.on("SIGHUP", () => {
  resets += 100;
});
const server = createServer((request, response) => {
  if (request.url === "/reset") resets += 1;
  if (request.url === "/refuse") response.statusCode = 409;
  if (request.url === "/die") process.exit(3);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ pid: process.pid, resets, env: process.env }));
});
const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket) => socket.send(JSON.stringify({ open: sockets.clients.size })));
server.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`\u001b[32mready\u001b[39m on http://127.0.0.1:${port}/base\n`);
});
