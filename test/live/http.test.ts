import { once } from "node:events";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type HttpSink, openHttp } from "../../src/live/http.ts";
import { runEvents } from "./samples.ts";

const page = { html: "<!doctype html>live", contentSecurityPolicy: "default-src 'none'" };

async function served(): Promise<HttpSink> {
  const sink = await openHttp({ port: 0, page });
  onTestFinished(() => sink.close());
  return sink;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Asks as a browser would, but with any header. */
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method, agent: false }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, text }),
      );
    });
    asked.on("error", reject).end();
  });
}

/** Opens the stream; `until` resolves when its text has the words. */
function listen(url: string, headers: Record<string, string> = {}) {
  let text = "";
  let wake = () => {};
  const closed = new Promise<void>((resolve) => {
    const asked = request(`${url}events`, { headers, agent: false }, (response) => {
      response.on("data", (data) => {
        text += data;
        wake();
      });
      response.on("close", resolve);
    });
    asked.on("error", () => resolve()).end();
    onTestFinished(() => {
      asked.destroy();
    });
  });
  const until = async (words: string): Promise<string> => {
    while (!text.includes(words)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return text;
  };
  return { until, closed, text: () => text };
}

describe("what is refused", () => {
  test("a port that another program has", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => {
      other.close();
    });
    const { port } = other.address() as { port: number };
    await expect(openHttp({ port, page })).rejects.toThrow(
      `--live-port ${port}: listen on 127.0.0.1: EADDRINUSE; choose another port`,
    );
  });

  const hosts = ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "127.0.0.1.evil:80"];
  test.each(hosts)("the name %j", async (host) => {
    const { url } = await served();
    const { status, text } = await ask(url, { host });
    expect(status).toBe(403);
    expect(text).not.toContain("doctype");
  });

  test.each(["x", "events/", "?x", "%2e%2e/etc/passwd", "favicon.ico"])(
    "the address /%s",
    async (path) => {
      const { url } = await served();
      expect((await ask(url + path)).status).toBe(404);
    },
  );

  test.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])("the method %s", async (method) => {
    const { url } = await served();
    const { status, headers } = await ask(url, {}, method);
    expect(status).toBe(405);
    expect(headers["allow"]).toBe("GET");
  });

  test("a stream that a page elsewhere asks for", async () => {
    const { url } = await served();
    const { status } = await ask(`${url}events`, { "sec-fetch-site": "cross-site" });
    expect(status).toBe(403);
  });

  test("a second Host, of whatever name and place", async () => {
    const { url } = await served();
    const { host, port } = new URL(url);
    for (const names of [[host, "evil.example"], ["evil.example", host], [host, host], []]) {
      const socket = connect({ host: "127.0.0.1", port: Number(port) });
      const lines = names.map((name, at) => `${at === 0 ? "Host" : "hOST"}: ${name}\r\n`).join("");
      socket.write(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
      let text = "";
      for await (const data of socket) text += data;
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).not.toContain("doctype");
    }
  });

  test("a thousand connections that ask for nothing, but not the one that asks", async () => {
    const sink = await served();
    sink.show(runEvents()[0]);
    const reader = listen(sink.url);
    await reader.until('"start"');
    const { port } = new URL(sink.url);
    const held = Array.from({ length: 1000 }, () => {
      const socket = connect({ host: "127.0.0.1", port: Number(port) }).on("error", () => {});
      socket.write("GET / HTTP/1.1\r\n");
      return socket;
    });
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
    });
    await Promise.all(held.map((socket) => once(socket, "connect")));
    const { status, text } = await ask(sink.url);
    expect([status, text]).toEqual([200, page.html]);
    sink.show(runEvents()[1]!);
    await reader.until('"event":"sample"');
  });

  test("a ninth reader", async () => {
    const sink = await served();
    sink.show(runEvents()[0]);
    const readers = Array.from({ length: 8 }, () => listen(sink.url));
    await Promise.all(readers.map(({ until }) => until('"start"')));
    expect((await ask(`${sink.url}events`)).status).toBe(503);
  });

  test("other networks: it listens on 127.0.0.1 only", async () => {
    const { url } = await served();
    const socket = connect({ host: "127.0.0.2", port: Number(new URL(url).port) });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });
});

test("the page comes with its policy, and lets nobody frame, sniff or share it", async () => {
  const { url } = await served();
  const { status, headers, text } = await ask(url);
  expect([status, text]).toEqual([200, page.html]);
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  });
  expect(headers).not.toHaveProperty("access-control-allow-origin");
  const local = await ask(url, { host: `localhost:${new URL(url).port}` });
  expect(local.status).toBe(200);
});

test("the stream replays, goes on, is resumed, and ends", async () => {
  const sink = await served();
  const [start, ...events] = runEvents();
  for (const event of [start, ...events.slice(0, 3)]) sink.show(event);
  const first = listen(sink.url);
  const text = await first.until('"elapsedMs":750');
  expect(text).toContain('"event":"start"');
  sink.show(events[3]!);
  await first.until('"elapsedMs":1000');
  const lastId = [...first.text().matchAll(/^id: (.+)$/gm)].at(-1)![1]!;
  sink.show(events[4]!);
  const second = listen(sink.url, { "last-event-id": lastId });
  const resumed = await second.until('"elapsedMs":1250');
  expect(resumed).not.toContain('"start"');
  expect(resumed.match(/^id: /gm)).toHaveLength(1);
  sink.show({ event: "end", files: ["x.json"], interrupted: false, exitCode: 0 });
  await sink.close();
  await Promise.all([first.closed, second.closed]);
  expect(second.text()).toContain('"event":"end","files":["x.json"]');
  await expect(ask(sink.url)).rejects.toThrow(/ECONNREFUSED/);
});

test("a reader that stops reading does not keep the server from closing", async () => {
  const sink = await served();
  const [start, ...events] = runEvents();
  sink.show(start);
  const { port } = new URL(sink.url);
  const socket = connect({ host: "127.0.0.1", port: Number(port) });
  await once(socket, "connect");
  socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await once(socket, "readable");
  socket.pause();
  const closed = once(socket, "close");
  for (let times = 0; times < 4000; times++) sink.show(events[0]!);
  await sink.close();
  socket.resume();
  await closed;
});
