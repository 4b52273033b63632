// Runs all audits of the graphql-http package against a server: node audit.mjs URL TOKEN
// Strict: what the specification only recommends (SHOULD) or permits (MAY) counts as well. Exit code 1 where one fails.
import { auditServer } from "graphql-http";

const EXPECTED = 61;
const [url, token] = process.argv.slice(2);
if (!url || !token) {
  console.error("usage: node audit.mjs URL TOKEN");
  process.exit(2);
}

const fetchFn = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};

const results = await auditServer({ url, fetchFn });
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failed) console.error(`${status} ${id} ${name}: ${reason}`);
console.log(`graphql-http audits: ${results.length - failed.length}/${results.length} ok`);
process.exit(failed.length === 0 && results.length === EXPECTED ? 0 : 1);
