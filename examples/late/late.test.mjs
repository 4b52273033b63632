// Asks a demo that runs at API_URL, as API_TOKEN, by late.js, and holds what comes against another question about the same.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MOST_PAGES, late } from './late.js';

const service = { url: process.env.API_URL, token: process.env.API_TOKEN };

/** How many days what is late is late, by its id, by counting days over everything there is. */
async function plainly(list, due, settled) {
  const ids = new Map();
  let after = null;
  do {
    const query = `query ($after: String) { found: ${list}(first: 30, after: $after) { nodes { id daysLate ${due} ${settled} }
      pageInfo { hasNextPage endCursor } } }`;
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${service.token}` },
      body: JSON.stringify({ query, variables: { after } }),
    });
    const { found } = (await response.json()).data;
    for (const node of found.nodes) {
      const days = node[due] && settled.split(' ').every((column) => !node[column])
        ? Math.floor((Date.parse(new Date().toISOString().slice(0, 10)) - Date.parse(node[due].slice(0, 10))) / 86_400_000) : 0;
      if (days > 0) ids.set(node.id, days);
    }
    after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
  } while (after);
  return ids;
}

test('lists what is late and nothing else, the latest first', async () => {
  const { rows, whole } = await late(service);
  const expected = new Map([
    ...await plainly('deliverables', 'dueDate', 'settledAt'),
    ...await plainly('findings', 'responseDueAt', 'respondedAt closedAt'),
  ]);
  assert.ok(rows.length > 0, 'something is late in the demo');
  assert.ok(whole, 'the demo is small');
  assert.deepEqual(new Map(rows.map((row) => [row.id, row.daysLate])), expected);
  assert.deepEqual(rows.map((row) => row.daysLate), rows.map((row) => row.daysLate).sort((one, other) => other - one));
  assert.ok(rows.every((row) => row.name && row.due && row.study && row.kind), JSON.stringify(rows[0]));
});

test('says what is wrong in words', async () => {
  await assert.rejects(late({ ...service, token: 'nobody' }), /token is not good/);
  await assert.rejects(late({ url: 'http://127.0.0.1:9', token: 'x' }), /Nothing answers at/);
});

/** Runs `what` while `answer` stands in for the service. */
async function instead(answer, what) {
  const real = globalThis.fetch;
  globalThis.fetch = answer;
  try {
    await what();
  } finally {
    globalThis.fetch = real;
  }
}

test('says that there is more than it asks for', async () => {
  let asked = 0;
  const endless = async () => {
    asked += 1;
    const page = { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'more' } };
    return new Response(JSON.stringify({ data: { deliverables: page, findings: page } }));
  };
  await instead(endless, async () => assert.deepEqual(await late(service), { rows: [], whole: false }));
  assert.equal(asked, 2 * MOST_PAGES);
});

test('does not wait for ever', async () => {
  const silent = async (_, { signal }) => {
    assert.ok(signal instanceof AbortSignal);
    throw new DOMException('too late', 'TimeoutError');
  };
  await instead(silent, () => assert.rejects(late(service), /does not answer within 30 seconds/));
  // The head of an answer came, and the rest did not.
  const stuck = async () => ({ status: 200, headers: new Headers(), json: silent.bind(null, null, { signal: AbortSignal.abort() }) });
  await instead(stuck, () => assert.rejects(late(service), /does not answer within 30 seconds/));
});
