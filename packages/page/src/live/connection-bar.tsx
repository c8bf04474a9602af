import { connection } from "./live-state.ts";

/** How the page stands with the supervisor; nothing where all is well. */
export function ConnectionBar() {
  if (connection.value !== "lost") return null;
  return (
    <div class="connection" role="alert">
      <b>The supervisor does not answer.</b> It has ended, or this page is no longer served: what
      you see is what was known last. Trying again; or open it anew: <code>npx shakedown ui</code>
    </div>
  );
}

/** The page knows no token, or one of a supervisor that is gone. */
export function RefusedScreen() {
  return (
    <main class="screen">
      <h1>This link is not valid</h1>
      <p>
        The page needs the token that stands in the link which <code>shakedown ui</code> prints, and
        each start of it makes a new one. In the folder of your stack:
      </p>
      <pre>npx shakedown ui</pre>
    </main>
  );
}
