// Mount every component of some modules, let time pass, unmount it: what is left?
import "./page.mjs";
import { alive, advance, clock, countListeners, listeners, opened, takeOver } from "./world.mjs";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";

const [modules, leftAlone] = process.argv.slice(3).map((text) => JSON.parse(text));
const loaded = [];
for (const name of modules) loaded.push([name, await import(`./${name}.plain.mjs`)]);
createRoot(document.getElementById("root")).unmount(); // React's own listeners are there from now on
takeOver();
countListeners(window, "window");
countListeners(document, "document");
const before = listeners.size;
const given = {
  url: "wss://example.org/a", urls: ["wss://example.org/a", "wss://example.org/b"], room: "a", enabled: true, file: "f", video: { current: {} },
  message: "hi", intervalId: 7,
};
const props = new Proxy({}, { get: (_, name) => given[name] ?? (() => undefined) });
const names = ["tick", "onResize", "onKey", "close", "draw", "onSeen", "onMove", "onChange", "setWide", "setLast", "show", "load", "ready"];
for (const name of [...Object.keys(given), ...names]) Object.defineProperty(given, name, { value: props[name] });

const left = {};
const components = loaded.flatMap(([module, exports]) => Object.entries(exports).map((entry) => [module, ...entry]));
for (const [module, name, Component] of components.filter(([, name]) => !leftAlone.includes(name))) {
  const root = createRoot(document.getElementById("root"));
  const all = Object.fromEntries([...Object.keys(given), ...names].map((key) => [key, props[key]]));
  await act(async () => root.render(createElement(Component, all)));
  await act(() => advance(3_000));
  await act(async () => root.unmount());
  const fired = clock.fired;
  await advance(10_000);
  (left[module] ??= {})[name] = clock.fired - fired + alive().length + (listeners.size - before);
  clock.timers.clear();
  listeners.clear();
  opened.all.length = 0;
}
console.log(JSON.stringify(left));
process.exit(0);
