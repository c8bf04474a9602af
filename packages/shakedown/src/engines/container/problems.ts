import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Problem, ServicePlan, StackPlan } from "../../stack/plan.ts";
import type { ContainerPlan } from "./options.ts";

/** What is wrong with sound options taken together, or with what they name on the disk. */
export async function containerProblems(
  service: ServicePlan,
  plan: ContainerPlan,
  stack: StackPlan,
): Promise<Problem[]> {
  return [
    ...sourceProblems(service),
    ...perProblems(service, plan),
    ...portProblems(service, plan),
    ...probeProblems(service, plan),
    ...(await fileProblems(service, plan, stack)),
  ];
}

function sourceProblems({ name, options }: ServicePlan): Problem[] {
  if (options["image"] !== undefined || options["build"] !== undefined) return [];
  return [
    {
      at: `services.${name}`,
      message: "has neither an image nor a build",
      hint: 'Name one: container({ image: "nginx:1.29" })',
    },
  ];
}

function perProblems({ name, per }: ServicePlan, { onReset }: ContainerPlan): Problem[] {
  if (per === "test") {
    return [
      {
        at: `services.${name}.per`,
        message: '"test" is not supported for a container, which takes too long to start',
        hint: 'Take "slot", with onReset: "restart" where each test needs a new one',
      },
    ];
  }
  if (per !== "run" || onReset !== "restart") return [];
  return [
    {
      at: `services.${name}.onReset`,
      message: "restarts a container that all workers share after each of their tests",
      hint: 'Give each worker its own: per: "slot"',
    },
  ];
}

function portProblems({ name }: ServicePlan, { ports, network }: ContainerPlan): Problem[] {
  if (network === "host") return [];
  return Object.entries(ports).flatMap(([port, number]) =>
    number > 0
      ? []
      : [
          {
            at: `services.${name}.ports.${port}`,
            message:
              "is 0, and a container with a network of its own listens where its program says",
            hint: "Name the port that its program listens on",
          },
        ],
  );
}

function probeProblems({ name }: ServicePlan, { ready, ports }: ContainerPlan): Problem[] {
  const at = `services.${name}.ready`;
  const check = (probe: ContainerPlan["ready"]): Problem[] => {
    if (probe?.kind === "all") return probe.probes.flatMap(check);
    if (probe?.kind !== "tcp" || ports[probe.port] !== undefined || probe.port.includes("${{"))
      return [];
    const meant = Object.keys(ports).find((key) => String(ports[key]) === probe.port);
    return [
      {
        at,
        message: `waits for the port ${probe.port}, which is not among its ports`,
        hint:
          meant === undefined
            ? `Add it: ports: { ${/^\d/.test(probe.port) ? "main" : probe.port}: 8080 }`
            : `Name it as in ports: tcp("${meant}")`,
      },
    ];
  };
  return check(ready);
}

async function fileProblems(
  { name }: ServicePlan,
  { build, mounts, files }: ContainerPlan,
  { root }: StackPlan,
): Promise<Problem[]> {
  const context = typeof build === "string" ? build : build?.context;
  const dockerfile = (typeof build === "object" ? build.dockerfile : undefined) ?? "Dockerfile";
  const wanted: readonly (readonly [at: string, path: string])[] = [
    ...(context === undefined ? [] : [["build", join(context, dockerfile)] as const]),
    ...mounts.map(({ from }, index) => [`mounts.${index}.from`, from] as const),
    ...Object.entries(files).flatMap(([to, given]) =>
      typeof given === "string" ? [] : [[`files.${to}`, given.file] as const],
    ),
  ];
  const problems = await Promise.all(
    wanted.map(async ([at, path]) => {
      if (path.includes("${{")) return [];
      const full = resolve(root, path);
      const found = await stat(full).catch(() => undefined);
      if (found !== undefined) return [];
      return [
        {
          at: `services.${name}.${at}`,
          message: `is not there: ${full}`,
          hint: "Give a path relative to the stack file",
        },
      ];
    }),
  );
  return problems.flat();
}
