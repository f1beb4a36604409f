// A server of one page and its stream of events, which a test can cut and stop.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pageHtml } from "../../src/html/template.ts";
import type { LiveEvent } from "../../src/live/events.ts";

export class LiveServer {
  readonly #readers = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sent: LiveEvent[] = [];
  /** Requests for the stream, with the last event's id that the reader had. */
  readonly attached: (string | undefined)[] = [];
  /** As a server that has too many readers. */
  refuses = false;
  /** Whether readers that come (back) get all events again, or those that they missed. */
  replaysAll = false;

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  send(...events: readonly LiveEvent[]): void {
    for (const event of events) {
      this.#sent.push(event);
      for (const reader of this.#readers) reader.write(framed(this.#sent.length, event));
    }
  }

  /** Text in the stream that is none of ours. */
  sendRaw(text: string): void {
    for (const reader of this.#readers) reader.write(text);
  }

  /** Ends all connections, as a network does. */
  cut(): void {
    for (const reader of this.#readers) reader.destroy();
    this.#readers.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === "/") this.#sendPage(response);
    else if (request.url === "/events") this.#attach(request, response);
    else response.writeHead(204).end();
  }

  #sendPage(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    const data = { events: "/events" };
    response.end(pageHtml({ kind: "live", title: "live", data, connect: true }));
  }

  #attach(request: IncomingMessage, response: ServerResponse): void {
    const last = request.headers["last-event-id"]?.toString();
    this.attached.push(last);
    if (this.refuses) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    response.write("retry: 50\n\n");
    const had = this.replaysAll ? 0 : Number(last ?? 0);
    for (const [index, event] of this.#sent.entries()) {
      if (index >= had) response.write(framed(index + 1, event));
    }
    this.#readers.add(response);
    response.once("close", () => this.#readers.delete(response));
  }
}

function framed(id: number, event: LiveEvent): string {
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}
