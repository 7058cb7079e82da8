// Requests to this worker, and no other host.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Get JSON. `accept` are statuses besides 2xx whose body is an answer as well. */
export async function get(path, { accept = [] } = {}) {
  return read(await request(path, {}), accept);
}

export async function send(method, path, content) {
  const headers = content === undefined ? {} : { "Content-Type": "application/json" };
  return read(await request(path, { method, headers, body: content === undefined ? undefined : JSON.stringify(content) }), []);
}

async function request(path, options) {
  try {
    return await fetch(path, { ...options, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new ApiError(0, "LearnFlow cannot be reached. It is tried again as soon as you do something.");
  }
}

async function read(response, accept) {
  const body = await response.json().catch(() => null);
  if (response.ok || accept.includes(response.status)) return body;
  throw new ApiError(response.status, body?.error ?? `The answer was ${response.status}.`);
}

export function student(id, what) {
  return `/api/students/${encodeURIComponent(id)}/${what}`;
}
