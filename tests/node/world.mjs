// A world without a network or a real clock: timers, sockets, listeners and requests that say what became of them.
const real = { setImmediate };
export const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => real.setImmediate(done));
};

// ---------------------------------------------------------------- the clock

export const clock = { now: 0, next: 1, timers: new Map(), fired: 0 };
const start = (callback, delay = 0, every = 0, args = []) => {
  clock.timers.set(clock.next, { at: clock.now + Number(delay), callback, every, args });
  return clock.next++;
};

export function takeOver() {
  globalThis.setTimeout = (callback, delay, ...args) => start(callback, delay, 0, args);
  globalThis.setInterval = (callback, delay, ...args) => start(callback, delay, Math.max(1, delay ?? 1), args);
  globalThis.requestAnimationFrame = (callback) => start(callback, 16);
  globalThis.clearTimeout = globalThis.clearInterval = (id) => clock.timers.delete(id);
  globalThis.cancelAnimationFrame = globalThis.clearTimeout;
  const names = ["setTimeout", "setInterval", "clearTimeout", "clearInterval"];
  for (const name of globalThis.window ? names : []) window[name] = globalThis[name];
}

export async function advance(time) {
  const end = clock.now + time;
  await settle();
  for (;;) {
    const [id, first] = [...clock.timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
    if (first === undefined || first.at > end) break;
    clock.now = first.at;
    if (first.every) first.at += first.every;
    else clock.timers.delete(id);
    clock.fired++;
    first.callback(...first.args);
    await settle();
  }
  clock.now = end;
}

// ------------------------------------------------------- sockets and the like

export const opened = { all: [], most: 0 };
class Held {
  constructor(...given) {
    this.given = given;
    this.open = true;
    opened.all.push(this);
    opened.most = Math.max(opened.most, alive().length);
  }
  end() {
    if (!this.open) return;
    this.open = false;
    Promise.resolve().then(() => this.onclose?.({}));
  }
  close() { this.end(); }
  disconnect() { this.end(); }
  terminate() { this.end(); }
  observe() {}
  emit() {}
  postMessage() {}
}
export const alive = () => opened.all.filter((one) => one.open);
for (const name of ["WebSocket", "EventSource", "BroadcastChannel", "Worker", "MutationObserver", "ResizeObserver"]) {
  globalThis[name] = class extends Held {};
}
globalThis.IntersectionObserver = class extends Held {};
const watches = new Map();
const watch = () => {
  const held = new Held();
  watches.set(watches.size + 1, held);
  return watches.size;
};
Object.defineProperty(globalThis, "navigator", {
  value: {
    userAgent: "",
    geolocation: { watchPosition: watch, clearWatch: (id) => watches.get(id).end() },
    mediaDevices: { getUserMedia: async () => new Held() },
  },
});
const urls = new Map();
globalThis.URL.createObjectURL = () => {
  urls.set(`blob:${urls.size}`, new Held());
  return [...urls.keys()].at(-1);
};
globalThis.URL.revokeObjectURL = (url) => urls.get(url)?.end();
globalThis.store = {
  subscribe: () => {
    const held = new Held();
    return () => held.end();
  },
};
export const io = (...given) => new Held(...given);

// ------------------------------------------------------------------ listeners

export const listeners = new Map();
export function countListeners(target, label) {
  const add = target.addEventListener.bind(target), remove = target.removeEventListener.bind(target);
  const key = (type, handler, options) => {
    const capture = typeof options === "object" ? Boolean(options?.capture) : Boolean(options);
    if (!ids.has(handler)) ids.set(handler, ids.size);
    return `${label} ${type} ${ids.get(handler)} ${capture}`;
  };
  target.addEventListener = (type, handler, options) => {
    listeners.set(key(type, handler, options), type);
    add(type, handler, options);
  };
  target.removeEventListener = (type, handler, options) => {
    listeners.delete(key(type, handler, options));
    remove(type, handler, options);
  };
}
const ids = new Map();

// ------------------------------------------------------------------- requests

export const requests = { log: [], now: 0, most: 0, delay: () => 100, answer: (what) => what };
export async function request(what) {
  requests.log.push({ what, at: clock.now });
  requests.most = Math.max(requests.most, ++requests.now);
  await new Promise((done) => globalThis.setTimeout(done, requests.delay(what)));
  requests.now--;
  const answer = requests.answer(what);
  if (answer instanceof Error) throw answer;
  return answer;
}
globalThis.fetch = async (url, options) => {
  const said = await request(String(url));
  options?.signal?.throwIfAborted?.();
  return { ok: true, status: 200, json: async () => said, text: async () => String(said), blob: async () => said };
};
