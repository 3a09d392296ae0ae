// Lays out TypeScript: a line of JSON in, a line of JSON out.
import { createInterface } from "node:readline";
import { format } from "prettier";

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await format(JSON.parse(line), { parser: "typescript" })));
}
