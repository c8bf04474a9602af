export { app, type AppContext, type AppHandle, type AppOptions } from "../engines/app/service.ts";
