import { diagnose, diagnosisTable } from "../packages/shakedown/src/errors/diagnose.ts";

/** docs/reference/diagnoses.md: the causes that are recognised in what services print. */
export async function diagnosesPage(): Promise<string> {
  return [
    "# Diagnoses",
    "",
    "<!-- Generated from packages/shakedown/src/errors/diagnose.ts by npm run docs; do not edit. -->",
    "",
    "When a service does not start, Shakedown looks through what it printed for causes that are well known. The error then names the cause,",
    "and for a port in use the process that holds it (`details.diagnosis`, `details.cause`, `details.heldBy`), and says what to do.",
    "When a test fails, the same is done with its error and with what services printed for it; the run's events have it as `diagnosis`.",
    "[Errors](errors.md) lists the codes; `shakedown doctor` looks at the machine itself.",
    "",
    "| diagnosis | printed, for example | told as | what to do |",
    "| --- | --- | --- | --- |",
    ...diagnosisTable.map(
      ({ kind, example, remedy }) =>
        `| \`${kind}\` | \`${example}\` | ${diagnose([example])?.says ?? ""} | ${remedy.replaceAll("|", "\\|")} |`,
    ),
    "",
  ].join("\n");
}
