// The live page: the report's charts, drawn as the run goes.
import { contentSecurityPolicy, pageHtml } from "../html/template.ts";
import { EVENTS_PATH, type LivePage } from "./http.ts";

/**
 * The page that `--live http` serves.
 * @throws PhasebitError ENVIRONMENT when `npm run build` has not bundled its program
 */
export function livePage(command: string): LivePage {
  const title = `phasebit ${command}, live`;
  const html = pageHtml({ kind: "live", title, data: { events: EVENTS_PATH }, connect: true });
  // as a header too: it holds before the first byte is parsed
  return { html, contentSecurityPolicy: contentSecurityPolicy(true) };
}
