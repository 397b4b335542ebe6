// The load generator: HTTP/1.1 over kept connections, requests made beforehand, answers read just far enough.
import { connect } from 'node:net';

/** The bytes of a request. */
export function request(method, url, headers, body) {
  const to = new URL(url);
  const lines = [`${method} ${to.pathname}${to.search} HTTP/1.1`, `host: ${to.host}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  if (body !== undefined) lines.push('content-type: application/x-www-form-urlencoded', `content-length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

/** One kept connection. `send` gives `{ status, head, body }`. */
class Connection {
  constructor(url) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.held = Buffer.alloc(0);
    this.socket.on('data', (part) => { this.held = this.held.length ? Buffer.concat([this.held, part]) : part; this.look(); });
    const broken = (error) => { this.fail?.(error ?? new Error('the server hung up')); this.fail = undefined; };
    this.socket.on('error', broken);
    this.socket.on('close', () => broken());
  }

  look() {
    const end = this.held.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.held.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    let body;
    let next;
    if (length !== undefined) {
      next = end + 4 + Number(length);
      if (this.held.length < next) return;
      body = this.held.toString('utf8', end + 4, next);
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      const parts = [];
      let at = end + 4;
      for (;;) {
        const line = this.held.indexOf('\r\n', at);
        if (line < 0) return;
        const size = parseInt(this.held.toString('latin1', at, line), 16);
        if (this.held.length < line + 2 + size + 2) return;
        parts.push(this.held.subarray(line + 2, line + 2 + size));
        at = line + 2 + size + 2;
        if (size === 0) break;
      }
      body = Buffer.concat(parts).toString('utf8');
      next = at;
    } else {
      next = end + 4;
      body = '';
    }
    this.held = this.held.subarray(next);
    const done = this.done;
    this.done = this.fail = undefined;
    done({ status: Number(head.slice(9, 12)), head, body });
  }

  send(bytes) {
    return new Promise((resolve, reject) => { this.done = resolve; this.fail = reject; this.socket.write(bytes); });
  }

  close() { this.fail = undefined; this.socket.removeAllListeners('close'); this.socket.destroy(); }
}

/** Runs `work(connection, worker)` on so many connections at once. */
export async function on(url, connections, work) {
  const open = Array.from({ length: connections }, () => new Connection(url));
  try {
    await Promise.all(open.map(work));
  } finally {
    for (const one of open) one.close();
  }
}

/** Sends all of them, in order, over so many connections; every answer must be 200 unless `good` says otherwise. */
export async function sendAll(url, requests, connections, good = ({ status }) => status === 200) {
  let next = 0;
  await on(url, connections, async (connection) => {
    for (let n = next++; n < requests.length; n = next++) {
      const answer = await connection.send(requests[n]);
      if (!good(answer)) throw new Error(`an answer ${answer.status}: ${answer.body.slice(0, 300)}`);
    }
  });
}
