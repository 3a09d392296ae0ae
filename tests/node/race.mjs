// The older answer comes last: what is shown, and what was asked?
import "./page.mjs";
import { advance, requests, takeOver } from "./world.mjs";
import { route } from "./stubs.mjs";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";

const { User, Derived } = await import(process.argv[2]);
takeOver();
requests.delay = (what) => (what.includes("old") ? 500 : 100);
requests.answer = (what) => (what.startsWith("user") ? { name: what } : what);
const shown = {};
for (const [name, Component] of Object.entries({ User, Derived })) {
  const root = createRoot(document.getElementById("root"));
  for (const key of ["old", "new"]) {
    route.id = key;
    await act(async () => root.render(createElement(Component, { selectedId: key })));
  }
  await act(() => advance(1_000));
  shown[name] = document.getElementById("root").textContent;
  await act(async () => root.unmount());
}
console.log(JSON.stringify({ shown, asked: requests.log.map((r) => r.what) }));
process.exit(0);
