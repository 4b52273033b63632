// A partner's copy of what it sees: follows the feed of changes into one local file, which always holds whole pages and the cursor that
// belongs to them. Killed at any moment, it goes on from there.
//
//   receiver [--once] FILE        --once: catch up, tell what is held, and end
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
const url = `${process.env.API_URL ?? 'http://127.0.0.1:8080'}/graphql`;
const query = print(ChangesDocument);

async function read(file: string): Promise<Copy> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Copy;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { cursor: null, records: {} };
    throw new Over(`${file} cannot be read: ${String(error)}. Remove it to begin anew.`);
  }
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

/** One page; or how long to wait before asking again, in milliseconds. */
async function ask(since: string | null): Promise<Feed | number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${process.env.API_TOKEN ?? ''}` },
    body: JSON.stringify({ query, variables: { since } }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.status === 429) return 1_000 * Number(response.headers.get('Retry-After') ?? 1);
  if (response.status >= 500) throw new Error(`the service answers ${response.status}`);
  if (response.status === 401) throw new Over('the token is not good any more: get another one and start again');
  const { data, errors } = (await response.json()) as { data?: ChangesQuery | null; errors?: { message: string }[] };
  if (!data || errors?.length) {
    const words = errors?.map((error) => error.message).join(' ') ?? `the service answers ${response.status}`;
    throw new Over(`${words}${since ? ' (Remove the file to begin anew.)' : ''}`);
  }
  return data.changes;
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
      if (error instanceof Over || once) throw error;
      failures += 1;
      // Longer each time, and never all receivers at the same moment.
      const wait = Math.min(60_000, 500 * 2 ** failures) * (0.5 + Math.random());
      console.error(`${String(error)}; asking again in ${Math.round(wait / 1000)} s`);
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

const words = process.argv.slice(2);
const file = words.find((word) => word !== '--once');
if (!file) {
  console.error('usage: receiver [--once] FILE');
  process.exit(2);
}
follow(file, words.includes('--once')).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
