import { readlink, rename, rm, symlink } from "node:fs/promises";

/** Lets clients find our socket under the stack's well-known name; takes the place of a dead predecessor at once. */
export async function publishSocket(link: string, socket: string): Promise<void> {
  const aside = `${link}.${process.pid}`;
  await rm(aside, { force: true });
  await symlink(socket, aside);
  await rename(aside, link);
}

/** Takes the name back, unless a successor has it already. */
export async function unpublishSocket(link: string, socket: string): Promise<void> {
  const target = await readlink(link).catch(() => undefined); // gone: somebody tidied up
  if (target === socket) await rm(link, { force: true });
}
