import { missingCommand } from "../service/need.ts";

const hasPytest = (program: string): string | undefined =>
  missingCommand([program, "-c", "import pytest, xdist"]);

/** The first on PATH may be one of a version manager, without what the system's has. */
export const python =
  ["python3", "/usr/bin/python3"].find((program) => hasPytest(program) === undefined) ?? "python3";

/** Why tests that run pytest cannot. */
export const noPytest = hasPytest(python);
