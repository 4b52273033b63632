// What is late, asked of the graph and sorted. Knows nothing of a page, so that it can be tried without a browser.

const DELIVERABLES = `query ($before: Date!, $after: String) {
  deliverables(first: 100, after: $after, orderBy: [{ field: DUE_DATE }], filter: { dueDate: { lte: $before }, settledAt: { eq: null } }) {
    nodes { id title state dueDate daysLate ballInCourt study { protocolNumber } engagement { vendor { name } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const FINDINGS = `query ($before: DateTime!, $after: String) {
  findings(first: 100, after: $after, orderBy: [{ field: RESPONSE_DUE_AT }],
           filter: { responseDueAt: { lte: $before }, respondedAt: { eq: null }, closedAt: { eq: null } }) {
    nodes { id reference title state responseDueAt daysLate ballInCourt study { protocolNumber } vendor { name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** More pages than anybody reads: a mistake must not ask for ever. */
export const MOST_PAGES = 50;

async function ask(service, query, variables) {
  let response;
  let body;
  try {
    response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${service.token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(30_000),
    });
    body = await response.json().catch((error) => {
      if (error.name === 'TimeoutError') throw error;
    });
  } catch (error) {
    if (error.name === 'TimeoutError') throw new Error(`${service.url} does not answer within 30 seconds.`);
    throw new Error(`Nothing answers at ${service.url}, or it does not let this page ask (TANDEM_CORS_ORIGINS).`);
  }
  if (response.status === 401) throw new Error('The token is not good, or not good any more.');
  if (response.status === 429) throw new Error(`Too much was asked. Try again in ${response.headers.get('Retry-After') ?? 'some'} seconds.`);
  if (!body?.data || body.errors?.length) {
    throw new Error(body?.errors?.map((error) => error.message).join(' ') ?? `The service answers ${response.status}.`);
  }
  return body.data;
}

async function all(service, query, list, variables) {
  const nodes = [];
  let after = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = (await ask(service, query, { ...variables, after }))[list];
    nodes.push(...found.nodes);
    if (!found.pageInfo.hasNextPage) return { nodes, whole: true };
    after = found.pageInfo.endCursor;
  }
  return { nodes, whole: false };
}

/** Everything that is late as of `now`, the latest first, and whether that is all: { rows, whole }. `service` is { url, token }. */
export async function late(service, now = new Date()) {
  const yesterday = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
  const [deliverables, findings] = await Promise.all([
    all(service, DELIVERABLES, 'deliverables', { before: yesterday }),
    all(service, FINDINGS, 'findings', { before: now.toISOString() }),
  ]);
  const rows = [
    ...deliverables.nodes.map((one) => ({ ...one, kind: 'Deliverable', name: one.title, due: one.dueDate, vendor: one.engagement?.vendor?.name })),
    ...findings.nodes.map((one) => ({
      ...one, kind: 'Answer to a finding', name: `${one.reference ?? ''} ${one.title}`.trim(), due: one.responseDueAt.slice(0, 10),
      vendor: one.vendor?.name,
    })),
  ];
  const sorted = rows
    .filter((row) => row.daysLate > 0)
    .map(({ id, kind, name, state, due, daysLate, ballInCourt, study, vendor }) =>
      ({ id, kind, name, state, due, daysLate, turn: ballInCourt ?? '', study: study?.protocolNumber ?? '', vendor: vendor ?? '' }))
    .sort((one, other) => other.daysLate - one.daysLate || one.id.localeCompare(other.id));
  return { rows: sorted, whole: deliverables.whole && findings.whole };
}
