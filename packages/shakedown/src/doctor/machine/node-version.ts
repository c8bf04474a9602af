import type { MachineCheck } from "../check.ts";

const oldest = [22, 22] as const;

export const checkNode: MachineCheck = async () => {
  const seen = `Node.js ${process.versions.node} (${process.platform}-${process.arch})`;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isEnough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (process.platform === "win32") {
    return [
      {
        name: "system",
        state: "failed",
        seen: "Windows",
        needed: "Linux or macOS",
        remedy: "Run it in WSL",
      },
    ];
  }
  return [
    isEnough
      ? { name: "Node.js", state: "ok", seen }
      : {
          name: "Node.js",
          state: "failed",
          seen,
          needed: `${oldest.join(".")} or newer`,
          remedy:
            "Install a newer Node.js, or bring one with the project: npm install --save-dev node",
        },
  ];
};
