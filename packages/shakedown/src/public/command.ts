export type { HttpClient, HttpResponse, RequestOptions } from "../engines/command/http-client.ts";
export { allOf, http, logLine, tcp } from "../engines/command/ready.ts";
export { command, type CommandOptions, type OnReset } from "../engines/command/service.ts";
export type { ServiceHandle } from "../engines/command/client.ts";
export type {
  ConnectOptions,
  NextOptions,
  WebSocketClient,
} from "../engines/command/web-socket-client.ts";
export type { ReadyProbe } from "../waits/ready-probe.ts";
