#!/usr/bin/env node
// The oldest Node that can read this file must be able to run it, to say what is wrong: no new syntax, no static import.
void import("node:process").then(function (module) {
  const process = module.default;
  const version = process.versions.node.split(".").map(Number);
  const major = version[0] || 0;
  const minor = version[1] || 0;
  if (major < 22 || (major === 22 && minor < 22)) {
    process.stderr.write(
      "shakedown needs Node.js 22.22 or newer; this is " +
        process.versions.node +
        " (" +
        process.execPath +
        ").\n" +
        "Install a newer one (https://nodejs.org), or bring one with the project: npm install --save-dev node\n",
    );
    process.exit(3);
  }
  if (process.platform === "win32") {
    process.stderr.write(
      "shakedown runs on Linux and macOS; on Windows, use it inside WSL 2 (https://learn.microsoft.com/windows/wsl).\n",
    );
    process.exit(3);
  }
  return import("../kit/keep-compiled-code.ts")
    .then(function (kit) {
      kit.keepCompiledCode(process.env);
      return import("./dispatch.ts");
    })
    .then(function (dispatch) {
      return dispatch.dispatch(process.argv.slice(2));
    });
});
