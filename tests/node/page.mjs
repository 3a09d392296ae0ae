// A page for React, by jsdom.
import { JSDOM } from "jsdom";
import { countListeners } from "./world.mjs";

const dom = new JSDOM("<!doctype html><div id=root></div>", { url: "https://example.org/" });
globalThis.window = dom.window;
globalThis.document = dom.window.document;
globalThis.Event = dom.window.Event;
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
window.matchMedia = () => {
  const query = new window.EventTarget();
  countListeners(query, "query");
  return query;
};
