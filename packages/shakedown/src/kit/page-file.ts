import { isSource, ownHome } from "./own-module.ts";

/** The page of the report and of `shakedown ui`: one HTML file. The build puts it into the package. */
export const pageFile: URL = new URL(
  isSource ? "../../page/dist/index.html" : "page/index.html",
  ownHome,
);
