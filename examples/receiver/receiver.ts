// A partner's copy of what it sees: follows the feed of changes into one local file, which always holds whole pages and the cursor that
// belongs to them. Killed at any moment, it goes on from there.
//
//   receiver [--once] FILE        --once: catch up, tell what is held, and end; gives up after five failures in a row
//   receiver --help
//
// Where and as whom: API_URL (default http://127.0.0.1:8080) and API_TOKEN, a bearer token.
import { open, readFile, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { ChangesDocument, type ChangesQuery } from './made/changes.js';

type Feed = ChangesQuery['changes'];
type Node = NonNullable<Feed['events'][number]['node']>;
type Copy = { cursor: string | null; records: Record<string, Node> };

/** What cannot be mended by asking again. */
class Over extends Error {}

const POLL_MS = 5_000;
/** How often one page is asked for where the receiver is only to catch up. */
const TRIES = 5;
const url = `${(process.env.API_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '')}/graphql`;
const query = print(ChangesDocument);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCopy(value: unknown): value is Copy {
  return isObject(value) && (value.cursor === null || typeof value.cursor === 'string') && isObject(value.records)
    && Object.entries(value.records).every(([id, record]) => isObject(record) && record.id === id && typeof record.__typename === 'string');
}

async function read(file: string): Promise<Copy> {
  const spoiled = (why: string) => new Over(`${file} is no copy that this receiver keeps: ${why}. Remove it to begin anew.`);
  let copy: unknown;
  try {
    copy = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { cursor: null, records: {} };
    throw error instanceof SyntaxError ? spoiled(error.message) : new Over(`${file} cannot be read: ${String(error)}`);
  }
  if (!isCopy(copy)) throw spoiled('it does not hold a cursor and records by their ids');
  return copy;
}

/** Puts the copy in the place of the one before, as a whole: records and the cursor that belongs to them, or neither. */
async function keep(file: string, copy: Copy): Promise<void> {
  const handle = await open(`${file}.new`, 'w');
  try {
    await handle.writeFile(JSON.stringify(copy));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

function apply(copy: Copy, feed: Feed): void {
  for (const { operation, id, node } of feed.events) {
    if (operation === 'RESYNC') copy.records = {};
    else if (operation === 'UPSERT' && id && node) copy.records[id] = node;
    else if (operation === 'TOMBSTONE' && id) delete copy.records[id];
    else throw new Over(`an event that this receiver does not know: ${operation}`);
  }
  copy.cursor = feed.cursor;
}

type Answer = { data?: ChangesQuery | null; errors?: { message: string; extensions?: { code?: string } }[] };

/** Codes that another try may mend; where some records could not be read, nothing of the page is taken. */
const PASSING = new Set(['UNAVAILABLE', 'INTERNAL_SERVER_ERROR', 'RATE_LIMITED', 'TIMEOUT']);

/** How long to wait, in milliseconds, as `Retry-After` says it: seconds, or a date (RFC 9110 10.2.3); at least a moment, at most an hour. */
function pause(said: string | null): number {
  const seconds = Number(said ?? 1);
  const wait = Number.isNaN(seconds) ? Date.parse(said ?? '') - Date.now() : 1_000 * seconds;
  return Math.min(3_600_000, Math.max(250, Number.isNaN(wait) ? 1_000 : wait));
}

async function post(since: string | null): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.API_TOKEN ?? ''}` },
      body: JSON.stringify({ query, variables: { since } }),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    throw new Error(`nothing answers at ${url} (${cause})`);
  }
}

/** One page; or how long to wait before asking again, in milliseconds. */
async function ask(since: string | null): Promise<Feed | number> {
  const response = await post(since);
  if (response.status === 429) return pause(response.headers.get('Retry-After'));
  if (response.status >= 500) throw new Error(`the service answers ${response.status}`);
  if (response.status === 401) throw new Over('the token is not good, or not good any more: get another one and start again');
  const answer: unknown = await response.json().catch(() => undefined);
  // Cut off on its way, or written by something that stands between.
  if (!isObject(answer) && response.ok) throw new Error(`no whole answer came from ${url}`);
  const { data, errors } = (isObject(answer) ? answer : {}) as Answer;
  if (data && !errors?.length) return data.changes;
  const words = errors?.map((error) => error.message).join(' ') || `the service answers ${response.status}`;
  if (errors?.some((error) => PASSING.has(error.extensions?.code ?? ''))) throw new Error(words);
  // Only a cursor that is no good is mended by another beginning.
  const stale = since && errors?.some((error) => error.extensions?.code === 'BAD_USER_INPUT' && error.message.includes('`since`'));
  throw new Over(stale ? `${words} (Remove the file to begin anew.)` : words);
}

function tell(copy: Copy): string {
  const counts = new Map<string, number>();
  for (const node of Object.values(copy.records)) counts.set(node.__typename, (counts.get(node.__typename) ?? 0) + 1);
  return [...counts].sort().map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
}

async function follow(file: string, once: boolean): Promise<void> {
  const copy = await read(file);
  for (let failures = 0; ; ) {
    let feed: Feed | number;
    try {
      feed = await ask(copy.cursor);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (error instanceof Over || (once && failures >= TRIES)) throw error;
      // Longer each time, and never all receivers at the same moment.
      const wait = Math.min(60_000, 500 * 2 ** failures) * (0.5 + Math.random());
      console.error(`${error instanceof Error ? error.message : String(error)}; asking again in ${Math.round(wait / 1000)} s`);
      await sleep(wait);
      continue;
    }
    if (typeof feed === 'number') {
      await sleep(feed);
      continue;
    }
    apply(copy, feed);
    await keep(file, copy);
    if (feed.events.length) console.log(`${feed.events.length} changes; holding ${tell(copy)}`);
    if (feed.hasMore) continue;
    if (once) {
      console.log(`caught up; holding ${tell(copy)}`);
      return;
    }
    await sleep(POLL_MS);
  }
}

const USAGE = 'usage: receiver [--once] FILE\n  --once   catch up and end, instead of asking again every five seconds\n'
  + '  --help   say this\n'
  + 'API_URL (http://127.0.0.1:8080) and API_TOKEN say where and as whom.';
const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}
const [file, ...more] = words.filter((word) => word !== '--once');
if (!file || file.startsWith('-') || more.length) {
  console.error(USAGE);
  process.exit(2);
}
follow(file, words.includes('--once')).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
