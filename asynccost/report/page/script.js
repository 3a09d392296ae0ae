"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector) => document.querySelector(selector);
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const list = $("#list");
  const form = $(".filters");
  const KEYS = ["text", "rule", "family", "severity", "confidence", "language", "folder", "owner", "status", "fix", "seen", "sort"];
  let rows = list ? all(":scope > tbody", list) : [];
  let order = rows.slice();
  let at = -1;

  const state = () => new URLSearchParams(location.hash.slice(1).includes("=") ? location.hash.slice(1) : "");

  function put(changes) {
    const next = state();
    for (const [key, value] of Object.entries(changes)) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    const text = next.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    apply();
  }

  function show(view) {
    root.dataset.view = view;
    for (const button of all("[data-view-button]"))
      button.setAttribute("aria-pressed", String(button.dataset.viewButton === view));
  }

  const THEMES = ["system", "light", "dark"];
  function theme(name) {
    if (name === "system") delete root.dataset.theme;
    else root.dataset.theme = name;
    $("#theme").textContent = `Theme: ${name}`;
  }

  const sorts = {
    place: (row) => row.querySelector(".where").textContent,
    rule: (row) => row.dataset.rule,
    severity: (row) => row.dataset.rank,
  };

  // a file may have several owners; a link may name several
  function matches(value, wanted, key) {
    if (key !== "owner") return value === wanted;
    const owners = value.split(" ");
    return wanted.split(" ").every((owner) => owners.includes(owner));
  }

  function filter(wanted) {
    const words = (wanted.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const choices = KEYS.filter((key) => key !== "text" && key !== "sort" && wanted.get(key));
    let shown = 0;
    for (const row of rows) {
      const text = words.length ? row.textContent.toLowerCase() : "";
      row.hidden =
        !choices.every((key) => matches(row.dataset[key], wanted.get(key), key)) || !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    $("#shown").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} findings shown`;
  }

  let sorted = "";
  function sort(key) {
    if (key === sorted) return;
    sorted = key;
    const by = sorts[key];
    const wanted = by
      ? order.map((row) => [by(row), row]).sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true })).map((pair) => pair[1])
      : order;
    list.append(...wanted);
    rows = wanted.slice();
  }

  function apply() {
    const wanted = state();
    theme(THEMES.includes(wanted.get("theme")) ? wanted.get("theme") : "system");
    show(wanted.get("view") === "engineering" ? "engineering" : "summary");
    if (!list) return;
    for (const key of KEYS) {
      const field = form.elements.namedItem(key);
      if (field && field.value !== (wanted.get(key) || "")) field.value = wanted.get(key) || "";
    }
    sort(wanted.get("sort") || "");
    filter(wanted);
  }

  function open(id) {
    const target = document.getElementById(id);
    if (!target) return;
    show("engineering");
    if (target.tagName === "TBODY") {
      target.hidden = false;
      const details = target.querySelector("details");
      if (details) details.open = true;
      mark(rows.indexOf(target));
    } else if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView({ block: "start" });
  }

  function route() {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (hash && !hash.includes("=")) {
      if (list) filter(new URLSearchParams());
      open(hash);
    } else apply();
  }

  function mark(index) {
    if (at >= 0 && rows[at]) rows[at].classList.remove("at");
    at = index;
    if (rows[at]) rows[at].classList.add("at");
  }

  function step(by) {
    let next = at + by;
    while (rows[next] && rows[next].hidden) next += by;
    if (!rows[next]) return;
    mark(next);
    const summary = rows[next].querySelector("summary");
    rows[next].scrollIntoView({ block: "center" });
    if (summary) summary.focus({ preventScroll: true });
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/" && list) {
      put({ view: "engineering" });
      $("#text").focus();
    } else if (event.key === "j" || event.key === "k") {
      if (root.dataset.view !== "engineering") put({ view: "engineering" });
      step(event.key === "j" ? 1 : -1);
    } else if (event.key === "f" && rows[at]) {
      const details = rows[at].querySelector("details");
      details.open = !details.open;
    } else return;
    event.preventDefault();
  }

  async function unpack() {
    const packed = $("#packed");
    if (!packed || typeof DecompressionStream === "undefined") return;
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const holder = document.createElement("template");
    holder.innerHTML = `<table>${await new Response(stream).text()}</table>`;
    list.append(...all("tbody[data-rule]", holder.content));
    packed.remove();
    rows = all(":scope > tbody", list);
    order = rows.slice();
    sorted = "";
  }

  root.classList.add("script");
  for (const button of all("[data-view-button]"))
    button.addEventListener("click", () => put({ view: button.dataset.viewButton === "summary" ? "" : "engineering" }));
  $("#theme").addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(state().get("theme") || "system") + 1) % THEMES.length];
    put({ theme: next === "system" ? "" : next });
  });
  if (form) {
    const chosen = (event) => put({ view: "engineering", [event.target.name]: event.target.value });
    for (const kind of ["input", "change"]) form.addEventListener(kind, chosen);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => put(Object.fromEntries(KEYS.map((k) => [k, ""])))));
  }
  document.addEventListener("click", async (event) => {
    if (!event.target.matches(".copy")) return;
    await navigator.clipboard.writeText(event.target.previousElementSibling.textContent);
    event.target.textContent = "Copied";
  });
  document.addEventListener("keydown", key);
  addEventListener("hashchange", route);
  route();
  unpack().then(() => {
    if (list) route();
    root.dataset.ready = "yes";
  });
})();
