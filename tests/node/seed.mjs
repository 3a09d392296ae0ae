// The seed's component: a socket that reconnects, whose client changes, and that goes away.
import "./page.mjs";
import { alive, advance, clock, opened, takeOver } from "./world.mjs";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";

const { WorkflowStatus } = await import(process.argv[2]);
takeOver();
const root = createRoot(document.getElementById("root"));
const show = (clientId) => act(async () => root.render(createElement(WorkflowStatus, { clientId })));
await show("one");
await act(() => advance(1_000));
const lost = alive()[0];
await act(async () => lost.end()); // the server hangs up: the component connects again after three seconds
await act(() => advance(4_000));
const reconnected = opened.all.length;
await act(async () => alive()[0].onmessage({ data: "hello" }));
await show("two");
await act(() => advance(1_000));
const text = document.getElementById("root").textContent;
await act(async () => alive().at(-1).end()); // and once more, just before the component goes
await act(() => advance(1_000));
await act(async () => root.unmount());
const [fired, made] = [clock.fired, opened.all.length];
await advance(20_000);
console.log(JSON.stringify({
  reconnected, text, mostAtOnce: opened.most, openAfterUnmount: alive().length,
  firedAfterUnmount: clock.fired - fired, madeAfterUnmount: opened.all.length - made,
}));
process.exit(0);
