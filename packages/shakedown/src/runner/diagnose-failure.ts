import { diagnose, type Diagnosis, type DiagnosisKind } from "../errors/diagnose.ts";
import type { LogSlice, TestDiagnosis, TestError } from "../events/run-event.ts";

export interface FailureEvidence {
  readonly errors: readonly TestError[];
  readonly logs: readonly LogSlice[];
  /** When the test was over: what stands behind that may be the next one's. */
  readonly endedEpochMs: number;
  /** Where the stack's services listen; asked only when somebody looked in the wrong place. */
  readonly listeners: () => Promise<readonly Listener[]>;
}

export interface Listener {
  readonly service: string;
  readonly url: string;
}

/** Where applications look that were told nothing. */
const usualPorts: Readonly<Record<number, RegExp>> = {
  3306: /^(mysql|mariadb):/,
  4222: /^nats:/,
  5432: /^postgres(ql)?:/,
  5672: /^amqp:/,
  6379: /^redis:/,
  27017: /^mongodb:/,
};

/** Tests are often about what somebody may not do: a refusal in a log is then what was to happen. */
const meantByTests: ReadonlySet<DiagnosisKind> = new Set(["permission", "invalid-input"]);

/**
 * The well-known cause of a failed test, from what it failed with and from what the services of its own slot printed. What
 * a test expected and got is not looked at: it may be about such words.
 */
export async function diagnoseFailure({
  errors,
  logs,
  endedEpochMs,
  listeners,
}: FailureEvidence): Promise<TestDiagnosis | undefined> {
  const own = diagnose(errors.filter((error) => !isAssertion(error)).map(textOf));
  if (own !== undefined) return told(own, undefined, listeners);
  for (const { service, shared, used, lines } of logs) {
    if (shared || used === false) continue;
    const found = diagnose(lines.filter((line) => !(timeOf(line) > endedEpochMs)));
    if (found !== undefined && !meantByTests.has(found.kind))
      return told(found, service, listeners);
  }
  return undefined;
}

/** NaN for a line without a time: it is one of ours. */
function timeOf(line: string): number {
  return Date.parse(line.slice(0, line.indexOf(" ")));
}

function isAssertion({ diff, stack = "", message }: TestError): boolean {
  return diff !== undefined || /^AssertionError\b/.test(stack) || message.startsWith("expected ");
}

/** The name of an error says something too: of several addresses tried, Node tells no message. */
function textOf({ message, stack = "" }: TestError): string {
  const [first = ""] = stack.split("\n");
  return `${message}\n${first}`;
}

async function told(
  { kind, says, remedy, port }: Diagnosis,
  service: string | undefined,
  listeners: FailureEvidence["listeners"],
): Promise<TestDiagnosis> {
  const where = service === undefined ? "" : ` (in the log of ${service})`;
  const meant = kind === "connection-refused" ? await meantBy(port, listeners) : undefined;
  return { kind, says: `${says}${where}`, remedy: meant ?? remedy };
}

async function meantBy(
  port: number | undefined,
  listeners: FailureEvidence["listeners"],
): Promise<string | undefined> {
  const protocol = port === undefined ? undefined : usualPorts[port];
  if (protocol === undefined) return undefined;
  // The session may be over: then the remedy for all cases is told.
  const all = await listeners().catch(() => []);
  const meant = all.find(({ url }) => protocol.test(url));
  if (meant === undefined) return undefined;
  const { service, url } = meant;
  return `${service} of the stack listens on ${new URL(url).host}: take its address from ${service}.url, in a process by env: ({ ${service} }) => ({ … : ${service}.url })`;
}
