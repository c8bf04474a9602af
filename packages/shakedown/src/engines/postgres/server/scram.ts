import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** The password is 144 random bits: nothing is gained by making each connection wait for thousands of rounds. */
const rounds = 16;

/** What PostgreSQL keeps of a password, made here so that every version takes our number of rounds. */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, rounds, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
