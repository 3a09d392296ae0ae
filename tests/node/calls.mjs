// Call functions of a module with arguments: their results, how long they took, and how much ran at once.
import { advance, clock, requests, takeOver } from "./world.mjs";

const module = await import(process.argv[2]);
const calls = JSON.parse(process.argv[3]);
takeOver();
const said = {};
for (const [name, method, ...given] of calls) {
  Object.assign(requests, { log: [], most: 0 });
  requests.delay = (what) => 100 + (String(what).length * 37) % 90; // answers do not come in the order of the questions
  requests.answer = (what) => (String(what).includes("bad") ? new Error("bad") : what);
  const from = clock.now;
  let [result, error] = [];
  const target = method ? new module[name]() : module;
  const run = Promise.resolve(target[method || name](...given)).then((r) => (result = r), (e) => (error = e.message));
  let done = false;
  run.finally(() => (done = true));
  while (!done) await advance(1);
  said[name] = { result, error, took: clock.now - from, most: requests.most, asked: requests.log.map((r) => r.what).sort() };
}
console.log(JSON.stringify(said));
process.exit(0);
