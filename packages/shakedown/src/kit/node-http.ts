/**
 * `node:http` without its face as an ES module: an import reads every export of a built-in module, and reading
 * `http.WebSocket` loads undici, which costs each process 22 ms and 8 MB.
 */
export const { Agent, createServer, request } = process.getBuiltinModule("node:http");
