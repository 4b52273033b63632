// Tries the built receiver, RECEIVER_HOME/built/receiver.js, against a service that misbehaves as told; needs no demo.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const program = join(process.env.RECEIVER_HOME, 'built', 'receiver.js');
const node = { __typename: 'Milestone', id: 'milestone_1', version: 1 };
const copy = { cursor: 'one', records: { milestone_1: node } };
const page = { body: { data: { changes: { cursor: 'two', hasMore: false, events: [{ operation: 'UPSERT', kind: 'MILESTONE', id: node.id, node }] } } } };
const refusal = (code, message, data = null) => ({ body: { data, errors: [{ message, extensions: { code } }] } });

/** Runs it with these words; `more` are variables of its environment. */
function run(words, more) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { env: { ...process.env, API_TOKEN: 'invented', ...more } });
    let said = '';
    child.stdout.on('data', (text) => { said += text; });
    child.stderr.on('data', (text) => { said += text; });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** What comes of catching up where the service gives these answers, the last one again and again: also when it was asked, and what is held. */
async function catchUp(answers, held = JSON.stringify(copy)) {
  const folder = await mkdtemp(join(tmpdir(), 'receiver-'));
  const asked = [];
  const server = createServer((request, response) => {
    const answer = request.url === '/graphql' ? answers[Math.min(asked.length, answers.length - 1)] : { status: 404 };
    asked.push(Date.now());
    const { status = 200, headers = {}, body = {} } = typeof answer === 'function' ? answer() : answer;
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    const file = join(folder, 'copy.json');
    await writeFile(file, held);
    // The stroke at the end is one that people leave in a setting.
    const outcome = await run(['--once', file], { API_URL: `http://127.0.0.1:${server.address().port}/` });
    return { ...outcome, asked, holds: await readFile(file, 'utf8') };
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
}

test('the receiver', { concurrency: true }, async (t) => {
  const tries = [
    t.test('asks again after 5xx, though not at once', async () => {
      const { code, asked, holds } = await catchUp([{ status: 503 }, { status: 502 }, page]);
      assert.equal(code, 0);
      assert.equal(asked.length, 3);
      assert.ok(asked[1] - asked[0] >= 400);
      assert.equal(JSON.parse(holds).cursor, 'two');
    }),
    t.test('gives up after five tries', async () => {
      const { code, said, asked, holds } = await catchUp([{ status: 503 }]);
      assert.equal(code, 1);
      assert.equal(asked.length, 5);
      assert.ok(asked[4] - asked[3] > asked[1] - asked[0], 'the pauses grow');
      assert.match(said, /the service answers 503\n$/);
      assert.equal(holds, JSON.stringify(copy));
    }),
    t.test('says what could not be reached', async () => {
      const { code, said } = await run(['--once', join(tmpdir(), 'receiver-never-written.json')], { API_URL: 'http://127.0.0.1:9' });
      assert.equal(code, 1);
      assert.match(said, /nothing answers at http:\/\/127\.0\.0\.1:9\/graphql/);
    }),
    ...['UNAVAILABLE', 'INTERNAL_SERVER_ERROR'].map((failure) => t.test(`takes nothing of a page with ${failure}, and asks again`, async () => {
      const part = { changes: { cursor: 'lost', hasMore: false, events: [{ operation: 'UPSERT', kind: 'MILESTONE', id: node.id, node: null }] } };
      const { code, said, asked, holds } = await catchUp([refusal(failure, 'Try again later.', part), page]);
      assert.equal(code, 0);
      assert.equal(asked.length, 2);
      assert.doesNotMatch(said, /Remove/);
      assert.equal(JSON.parse(holds).cursor, 'two');
    })),
    t.test('asks again where an answer was cut off', async () => {
      const { code, asked } = await catchUp([{ body: '{"data": {' }, page]);
      assert.equal(code, 0);
      assert.equal(asked.length, 2);
    }),
    t.test('ends at 403 with the words of the service', async () => {
      const { code, said, asked } = await catchUp([{ status: 403, ...refusal('FORBIDDEN', 'Your membership has ended.') }]);
      assert.equal(code, 1);
      assert.equal(asked.length, 1);
      assert.equal(said, 'Your membership has ended.\n');
    }),
    t.test('speaks of another beginning only where the cursor is no good', async () => {
      const stale = await catchUp([refusal('BAD_USER_INPUT', '`since` is no cursor of this list.')]);
      assert.equal(stale.code, 1);
      assert.match(stale.said, /Remove the file to begin anew/);
      const other = await catchUp([refusal('BAD_USER_INPUT', '`first` is from 1 to 500.')]);
      assert.equal(other.code, 1);
      assert.doesNotMatch(other.said, /Remove/);
    }),
    t.test('waits as Retry-After says: a number, a date, nought, nonsense', async () => {
      const busy = (said) => ({ status: 429, headers: { 'Retry-After': said } });
      const { code, asked } = await catchUp([
        busy('2'), () => busy(new Date(Date.now() + 3_000).toUTCString()), busy('0'), busy('soon'), page,
      ]);
      assert.equal(code, 0);
      const waits = asked.slice(1).map((time, place) => time - asked[place]);
      assert.ok(waits[0] >= 1_950, `two seconds: ${waits}`);
      // A date in a header has no parts of seconds.
      assert.ok(waits[1] >= 1_950 && waits[1] < 10_000, `a date: ${waits}`);
      assert.ok(waits[2] >= 200 && waits[2] < 1_900, `nought: ${waits}`);
      assert.ok(waits[3] >= 950, `nonsense: ${waits}`);
    }),
    t.test('leaves a file alone that is no copy', async () => {
      const wrong = ['[]', 'null', '{}', '3', 'no JSON', '{"cursor":1,"records":{}}', '{"cursor":null,"records":[]}', '{"cursor":"a"}',
        '{"cursor":"a","records":{"milestone_1":7}}', '{"cursor":"a","records":{"milestone_1":{"id":"milestone_2","__typename":"Milestone"}}}'];
      for (const { code, said, asked, holds, held } of await Promise.all(wrong.map(async (held) => ({ held, ...await catchUp([page], held) })))) {
        assert.equal(code, 1, held);
        assert.match(said, /is no copy that this receiver keeps/);
        assert.equal(asked.length, 0);
        assert.equal(holds, held);
      }
    }),
    t.test('says how it is used', async () => {
      const help = await run(['--help']);
      assert.equal(help.code, 0);
      assert.match(help.said, /^usage: receiver/);
      assert.equal((await run([])).code, 2);
      assert.equal((await run(['--onse', 'copy.json'])).code, 2);
    }),
  ];
  await Promise.all(tries);
});
