import type { ContainerEngine } from "./find-engine.ts";
import { expiryLabel, expiryText, ownerLabel, ownerText, ownOwner } from "./owner.ts";
import type { RunContainerOptions } from "./run-container.ts";

/** What the engine is asked to make. */
export function createRequest(engine: ContainerEngine, options: RunContainerOptions): object {
  const { image, env = {}, command, entrypoint, ports, hostPorts = {}, network, context } = options;
  const published = network === "host" ? {} : ports;
  const keys = Object.entries(published).map(([name, port]) => [name, `${port}/tcp`] as const);
  return {
    Image: image.id,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...(command === undefined ? {} : { Cmd: command }),
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.workdir === undefined ? {} : { WorkingDir: options.workdir }),
    ExposedPorts: Object.fromEntries(keys.map(([, key]) => [key, {}])),
    Labels: {
      "shakedown.project": context.stack.file,
      "shakedown.service": context.service.name,
      "shakedown.run": String(process.pid),
      [ownerLabel]: ownerText(ownOwner()),
      [expiryLabel]: expiryText(),
    },
    HostConfig: {
      ...(network === "host" ? { NetworkMode: "host" } : {}),
      PortBindings: Object.fromEntries(
        keys.map(([name, key]) => [
          key,
          [{ HostIp: engine.publishOn, HostPort: String(hostPorts[name] ?? "") }],
        ]),
      ),
      Tmpfs: options.tmpfs ?? {},
      Binds: (options.mounts ?? []).map(
        ({ from, to, readOnly }) => `${from}:${to}${readOnly ? ":ro" : ""}`,
      ),
      ...(options.shmBytes === undefined ? {} : { ShmSize: options.shmBytes }),
      // Names like host.docker.internal are Docker Desktop's own; elsewhere they have to be given.
      ...(network === "host" || engine.kind === "podman"
        ? {}
        : { ExtraHosts: ["host.docker.internal:host-gateway"] }),
      // Whatever the machine's default is, this one can be followed, and does not fill the disk.
      ...(engine.kind === "docker"
        ? { LogConfig: { Type: "local", Config: { "max-size": "20m", "max-file": "2" } } }
        : { LogConfig: { Type: "k8s-file" } }),
    },
  };
}
