// What the fixtures import, on top of the same requests.
import { io, request } from "./world.mjs";

export { io };
export const store = globalThis.store;
export const built = { clients: 0 };
class Query {
  constructor(table) { this.text = table; }
  then(...done) { return request(this.text).then((data) => ({ data: { files: [data], id: data }, error: null })).then(...done); }
}
for (const word of ["select", "insert", "delete", "eq", "single"]) {
  Query.prototype[word] = function (...given) {
    this.text += ` ${word} ${JSON.stringify(given)}`;
    return this;
  };
}
export const createClient = () => {
  built.clients++;
  return { from: (table) => new Query(table) };
};
export default class OpenAI {
  responses = { create: async ({ input }) => ({ output_text: await request(input) }) };
  static get(url) { return request(url).then((data) => ({ data })); }
}
export const bus = {
  on: (name, handler) => window.addEventListener(name, handler),
  off: (name, handler) => window.removeEventListener(name, handler),
};
export const getUser = (id) => request(`user ${id}`);
export const [getChat, search] = [request, request];
export const route = { id: "a", chatId: "a" };
export const useParams = () => ({ ...route });
