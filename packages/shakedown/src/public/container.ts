export { allOf, http, logLine, tcp } from "../engines/command/ready.ts";
export {
  container,
  type BuildOptions,
  type ContainerOptions,
  type FileOption,
  type MountOption,
} from "../engines/container/service.ts";
export type { ServiceHandle } from "../engines/command/client.ts";
export type { ReadyProbe } from "../waits/ready-probe.ts";
