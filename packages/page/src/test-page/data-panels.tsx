import { cleanLine } from "../model/clean-text.ts";
import type { TestRow } from "../model/run-model.ts";
import { number, plural } from "../model/verdict.ts";
import { writtenTables } from "../model/written-tables.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Panel } from "../parts/panel.tsx";
import { model } from "../state/run.ts";

export function WrittenPanel({ row }: { readonly row: TestRow }) {
  const written = writtenTables(row.snapshot);
  if (written.length === 0) return null;
  return (
    <Panel title="What it changed">
      {written.map(({ service, tables, after }) => (
        <table key={service} class="facts">
          <caption>
            {cleanLine(service)} <span class="dim">· then {after}</span>
          </caption>
          <tbody>
            {tables.flatMap(({ name, rows, changes = [] }, index) => [
              <tr key={index}>
                <th scope="row">
                  <code>{cleanLine(name)}</code>
                </th>
                <td>{plural(rows, "row")}</td>
              </tr>,
              changes.length === 0 ? null : (
                <tr key={`${index} changes`}>
                  <td colSpan={2} class="changed-rows">
                    <Changes changes={changes} rows={rows} />
                  </td>
                </tr>
              ),
            ])}
          </tbody>
          {tables.length > 1 ? (
            <tfoot>
              <tr>
                <th scope="row">{plural(tables.length, "table")}</th>
                <td>{number(tables.reduce((sum, { rows }) => sum + rows, 0))}</td>
              </tr>
            </tfoot>
          ) : null}
        </table>
      ))}
    </Panel>
  );
}

interface ChangesProps {
  readonly changes: readonly string[];
  readonly rows: number;
}

/** The first rows as the database writes them: those that are gone, and those that came. */
function Changes({ changes, rows }: ChangesProps) {
  return (
    <details open={changes.length <= 4}>
      <summary>
        {changes.length < rows ? `The first ${changes.length} of them` : "What changed"}
      </summary>
      {changes.map((line, index) => (
        <code key={index} class={line.startsWith("-") ? "removed" : "added"} dir="ltr">
          {cleanLine(line, 300)}
        </code>
      ))}
    </details>
  );
}

export function KeptPanel({ row }: { readonly row: TestRow }) {
  const { kept } = row.snapshot;
  if (kept.length === 0) return null;
  if (model.value.run.finished?.keptStays === false) {
    const command = row.rerun.replace("shakedown run", "shakedown run --keep");
    return (
      <Panel title="Its data">
        <div class="command">
          <code>{command}</code>
          <CopyButton quiet text={command} label="Copy the command" />
        </div>
        <p class="note">It went with the services of the run; this leaves both there.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Its data is kept">
      {kept.map(({ service, connect }, index) => (
        <div key={index} class="kept">
          <h3>{cleanLine(service)}</h3>
          <div class="command">
            <code>{cleanLine(connect, 2000)}</code>
            <CopyButton
              quiet
              text={connect}
              label={`Copy how to connect to ${cleanLine(service)}`}
            />
          </div>
        </div>
      ))}
      <p class="note">As the test left it, until npx shakedown down.</p>
    </Panel>
  );
}
