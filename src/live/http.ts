// The stream as a page on 127.0.0.1. The server knows two addresses, `/` and `/events`; it reads nothing but a
// request's line and headers, and believes none of them.
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PhasebitError } from "../ground/errors.ts";
import type { LiveEvent, Sink } from "./events.ts";
import { Feed } from "./feed.ts";

const HOST = "127.0.0.1";
export const EVENTS_PATH = "/events";
const MOST_READERS = 8;
/** Beside the readers; beyond them the one that has asked for nothing for longest goes. */
const MOST_CONNECTIONS = 32;
const MOST_HEADER_BYTES = 8192;
const REQUEST_TIMEOUT_MS = 5000;
const HEARTBEAT_MS = 10_000;
/** For the last event to get through. */
const GOODBYE_MS = 500;

/** What is served. */
export interface HttpOptions {
  /** 0 is one that is free. */
  readonly port: number;
  readonly page: LivePage;
}

/** The page, and the policy that it was made for. */
export interface LivePage {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const NOTHING_ALLOWED = "default-src 'none'";
const headers: OutgoingHttpHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": `${NOTHING_ALLOWED}; frame-ancestors 'none'`,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** @throws PhasebitError ENVIRONMENT when the port cannot be had */
export async function openHttp(options: HttpOptions): Promise<HttpSink> {
  const server = createServer({
    maxHeaderSize: MOST_HEADER_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
  });
  keepFew(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(notListening(options.port, error)));
    server.listen(options.port, HOST, resolve);
  });
  return new HttpSink(server, options.page);
}

/**
 * Connections that only hold on make room for the next: refusing the newest would let anybody keep the page from its
 * reader. Readers of the stream stay; there are few.
 */
function keepFew(server: Server): void {
  const waiting = new Set<Socket>();
  server.on("connection", (socket) => {
    waiting.add(socket);
    socket.once("close", () => waiting.delete(socket));
    const [oldest] = waiting;
    if (waiting.size > MOST_CONNECTIONS) oldest!.destroy();
  });
  server.on("request", ({ socket, url }) => {
    waiting.delete(socket);
    if (url !== EVENTS_PATH) waiting.add(socket);
  });
}

function notListening(port: number, cause: NodeJS.ErrnoException): PhasebitError {
  const advice =
    cause.code === "EACCES"
      ? "ports below 1024 are not everybody's; choose another one"
      : "choose another port, or leave --live-port out to get a free one";
  const message = `--live-port ${port}: listen on ${HOST}: ${cause.code}; ${advice}`;
  return new PhasebitError("ENVIRONMENT", message, { cause });
}

export class HttpSink implements Sink {
  readonly #server: Server;
  readonly #port: number;
  readonly #page: LivePage;
  readonly #feed = new Feed(Date.now().toString(36));
  readonly #heart: NodeJS.Timeout;

  constructor(server: Server, page: LivePage) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.#page = page;
    // a connection that cannot be taken (no descriptors left) is no reason to end a measurement
    server.on("error", () => {});
    server.on("request", (request, response) => this.#answer(request, response));
    this.#heart = setInterval(() => this.#feed.beat(), HEARTBEAT_MS).unref();
  }

  get url(): string {
    return `http://${HOST}:${this.#port}/`;
  }

  show(event: LiveEvent): void {
    this.#feed.push(event);
  }

  measured(): void {}

  /** Lets the readers have the last event, but not for long. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    this.#feed.end();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const hurry = setTimeout(() => this.#server.closeAllConnections(), GOODBYE_MS);
    await closed;
    clearTimeout(hurry);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (hosts(request) !== 1) refuse(response, 400, "one Host, as HTTP has it");
    else if (!this.#isOurs(request)) refuse(response, 403, "this server is known by another name");
    else if (request.method !== "GET") refuse(response, 405, "GET only", { Allow: "GET" });
    else if (request.url === "/") this.#sendPage(response);
    else if (request.url !== EVENTS_PATH) refuse(response, 404, "nothing here");
    else if (this.#feed.readers >= MOST_READERS) refuse(response, 503, "too many readers");
    else this.#sendEvents(request, response);
  }

  /** A page elsewhere can make a name of its own lead here, or ask in its reader's name. */
  #isOurs({ headers: { host, "sec-fetch-site": site }, url }: IncomingMessage): boolean {
    const names = [HOST, "localhost"].flatMap((name) =>
      // who asks at port 80 does not say so
      this.#port === 80 ? [name, `${name}:80`] : [`${name}:${this.#port}`],
    );
    if (host === undefined || !names.includes(host)) return false;
    return url !== EVENTS_PATH || site === undefined || site === "same-origin";
  }

  #sendPage(response: ServerResponse): void {
    const { html, contentSecurityPolicy } = this.#page;
    response.writeHead(200, {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `${contentSecurityPolicy}; frame-ancestors 'none'`,
    });
    response.end(html);
  }

  #sendEvents(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...headers, "Content-Type": "text/event-stream; charset=utf-8" });
    response.once("close", () => this.#feed.detach(response));
    this.#feed.attach(response, request.headers["last-event-id"]?.toString());
  }
}

/** Of two Host headers a proxy may have believed the other one (RFC 9112, 3.2). */
function hosts({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
}

function refuse(
  response: ServerResponse,
  status: number,
  why: string,
  more: OutgoingHttpHeaders = {},
): void {
  const type = { "Content-Type": "text/plain; charset=utf-8", Connection: "close" };
  response.writeHead(status, { ...headers, ...type, ...more });
  response.end(`${why}\n`);
}
