// Audits an endpoint: audit.mjs URL TOKEN. Prints one JSON object.
import { createClient as overEvents } from 'graphql-sse';
import { createClient as overSocket } from 'graphql-ws';
import { serverAudits } from 'graphql-http';
import WebSocket from 'ws';

const [url, token] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const authorized = (resource, init = {}) =>
  fetch(resource, { ...init, headers: { ...init.headers, authorization } });

const audits = [];
for (const audit of serverAudits({ url, fetchFn: authorized })) {
  const { status, name, reason } = await audit.fn();
  audits.push({ id: audit.id, name, status, reason: reason ?? null });
}

const CREATE = 'mutation { createJob(input: { title: "Audit", description: "d" }) { job { id } } }';
const EVENTS = 'subscription { events(types: [JOB_CREATED]) { sequence } }';

async function first(client) {
  const events = client.iterate({ query: EVENTS });
  const writing = setInterval(
    () =>
      authorized(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: CREATE }),
      }).then((response) => response.arrayBuffer()),
    500,
  );
  const { value } = await events.next();
  clearInterval(writing);
  await events.return();
  client.dispose();
  return value;
}

async function once(client) {
  for await (const answer of client.iterate({ query: '{ __typename }' })) return answer;
}

const events = { url, headers: { authorization }, retryAttempts: 0 };
const socket = {
  url: url.replace('http', 'ws'),
  connectionParams: { authorization },
  webSocketImpl: WebSocket,
  retryAttempts: 0,
};
const clients = {
  'graphql-sse': [await first(overEvents(events)), await once(overEvents(events))],
  'graphql-ws': [await first(overSocket(socket)), await once(overSocket(socket))],
};
console.log(JSON.stringify({ audits, clients }));
process.exit();
