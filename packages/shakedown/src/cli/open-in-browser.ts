/** Opens an address or file in the user's browser. Gives false where there is none to be seen. */
export async function openInBrowser(
  target: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const isSeen =
    process.platform !== "linux" ||
    environment["DISPLAY"] !== undefined ||
    environment["WAYLAND_DISPLAY"] !== undefined ||
    environment["WSL_DISTRO_NAME"] !== undefined;
  if (!isSeen || (environment["CI"] ?? "") !== "") return false;
  const { default: open } = await import("open");
  try {
    await open(target);
    return true;
  } catch {
    return false; // no program that opens it: the caller prints where it is
  }
}
