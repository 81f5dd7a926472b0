import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/lib/server/config/parse';
import { environment } from '../server/configured';
import { constant, rows } from './limits-fixture';

const thousands = (count: number) => count.toLocaleString('en');
const seconds = (ms: number) => `${ms / 1000} s`;
const minutes = (wholeSeconds: number) => `${wholeSeconds / 60} minutes`;
const size = (bytes: number) => (bytes >= 1024 ** 2 ? `${bytes / 1024 ** 2} MB` : `${bytes / 1024} kB`);
const bytes = (count: number) => `${thousands(count)} bytes`;

const {
	rateLimits,
	eventStreams,
	connections: maxConnections,
	requestsAtOnce,
	readsPerSecond,
	sts,
	stepUp,
	bridge
} = parseConfig(environment);
const sessionList = 'auth/session-list.ts';
const listen = 'src/entry/listen.ts';
const backends = 'backends/in-progress.ts';
const connections = 'upstream/connections.ts';

/** Each number in the table that stands in the code, and how the table writes it. */
const numbers: readonly (readonly [string, string])[] = [
	['New wallet sessions per browser', `${rateLimits.perBrowser} a minute`],
	['New wallet sessions per address', `${thousands(rateLimits.perAddress)} a minute`],
	['New wallet sessions per API client', `${rateLimits.perCaller} a minute`],
	['Starts of a sign-in per browser (login transaction or session)', `${rateLimits.signInsPerBrowser} a minute`],
	['Starts of a sign-in per address', `${thousands(rateLimits.signInsPerAddress)} a minute`],
	['Calls that complete, verify or cancel one wallet session', `${rateLimits.perWalletSession} a minute`],
	['Event streams per wallet session', String(constant('http/event-stream.ts', 'MAX_PER_WALLET_SESSION'))],
	[
		'Claims named on the wallet page; their labels',
		`${constant('bridge/schemas.ts', 'MAX_CLAIMS')}; ${constant('bridge/schemas.ts', 'MAX_CLAIM_LABEL')} characters`
	],
	['Event streams per browser', String(eventStreams.maxPerBrowser)],
	['Event streams per address, or API client', thousands(eventStreams.maxPerAddress)],
	['Event streams per process', thousands(eventStreams.maxPerProcess)],
	['Life of an event stream', minutes(constant('wallet/events.ts', 'LIFE_MS') / 1000)],
	['Requests in flight when a process is told to stop, after its delay', seconds(constant(listen, 'LIMIT_MS'))],
	['Cookies of the portal in one request', bytes(constant('auth/cookie-budget.ts', 'MAX_COOKIE_BYTES'))],
	['Session cookie', bytes(constant('auth/cookie-budget.ts', 'COMFORTABLE_SESSION_BYTES')).replace(' bytes', '')],
	['Wallet sessions of one browser', String(constant('auth/cookie-budget.ts', 'MAX_WALLET_SESSIONS'))],
	['Sign-ins in progress per browser', String(constant('auth/cookie-budget.ts', 'MAX_FLOWS'))],
	['Cookie of one sign-in, name included', bytes(constant('auth/sign-in-flow.ts', 'MAX_FLOW_BYTES'))],
	['Return path, as it is followed', `${constant('http/return-path.ts', 'MAX_CHARACTERS')} characters`],
	['Cookies opened in one request', `${constant('http/cookies.ts', 'MAX_OPENINGS_PER_REQUEST')} texts`],
	[
		'Sessions in `also` of an event stream',
		String(constant('src/routes/(public)/api/wallet/sessions/[id]/events/+server.ts', 'MAX_ALSO'))
	],
	[
		'Cookies deleted by one response',
		`${constant('http/cookies.ts', 'MAX_DELETIONS')}, and ${constant('auth/session-format.ts', 'MAX_LEFTOVERS')} parts`
	],
	['Cache of opened cookies', size(constant('http/cookies.ts', 'CACHE_BYTES'))],
	['Store in memory, for revocations; for all other entries', `${size(constant('store/store.ts', 'MAX_BYTES'))} each`],
	[
		'Entries that are written again after an outage of the shared store',
		`${size(constant('store/resilient.ts', 'MAX_COPY_BYTES'))} each`
	],
	['Counts of a rate limit, without Redis', size(constant('http/rate-limit.ts', 'MAX_COUNT_BYTES'))],
	['Cached session checks', size(constant('auth/revoked-sessions.ts', 'MAX_CHECK_BYTES'))],
	[
		'Cached statuses of wallet sessions, for each of four kinds of read; repeated forms for a new code',
		`${size(constant('bridge/client.ts', 'MAX_SHARED_BYTES'))}; ${size(constant('wallet/create-session.ts', 'MAX_REPEAT_BYTES'))}`
	],
	['Exchanged tokens in memory', size(constant('sts/token-exchange.ts', 'MAX_CACHE_BYTES'))],
	['Tokens when unpacked', size(constant('auth/session-format.ts', 'MAX_INFLATED_BYTES'))],
	['Time from the start of a sign-in to its callback', minutes(constant('auth/sign-in-flow.ts', 'FLOW_SECONDS'))],
	["`iat` of an ID token ahead of the portal's clock", minutes(constant('sts/id-token.ts', 'MAX_IAT_AHEAD_SECONDS'))],
	['Age of a sign-in that may unlink a wallet or end other sessions, by `auth_time`', minutes(stepUp.maxAgeSeconds)],
	['Redemptions of one authorization code', `for ${seconds(constant('auth/sign-in-result.ts', 'SHARED_MS'))}`],
	['Automatic restarts of a sign-in that the STS calls expired', String(constant('auth/callback.ts', 'MAX_RESTARTS'))],
	["Request line's target and headers", size(constant('src/entry/gate.ts', 'MAX_HEAD_BYTES'))],
	["The same, as Node's parser reads it", size(constant('src/entry/node/server.ts', 'maxHeaderSize'))],
	['Headers of a request, on Node', seconds(constant('src/entry/node/server.ts', 'headersTimeout'))],
	[
		'Small body: all but streams to backends, and the response of the Digital Credentials API',
		size(constant('config/fields.ts', 'BODY_LIMIT_BYTES'))
	],
	[
		'The same per person; per API client',
		`${constant(backends, 'MAX_UPLOADS_PER_PERSON')}; ${constant(backends, 'MAX_UPLOADS_PER_CLIENT')}`
	],
	['Uploads in progress that stream to backends, per process', `${constant(backends, 'MAX_UPLOADS')};`],
	[
		'Requests to backends whose response has not ended, per process',
		thousands(requestsAtOnce + constant(backends, 'MAX_UPLOADS'))
	],
	[
		'Such requests per person; per API client',
		`${constant(backends, 'MAX_RESPONSES_PER_PERSON')}; ${thousands(constant(backends, 'MAX_RESPONSES_PER_CLIENT'))}`
	],
	["Pause of the reader of a backend's response", seconds(constant(backends, 'MAX_PAUSE_MS'))],
	[
		'Back-channel logouts in progress',
		`${constant('handles/load-shedding.ts', 'MAX_LOGOUTS')}; they do not count as requests in progress`
	],
	[
		'Logout token',
		`${size(constant('auth/backchannel-logout.ts', 'MAX_TOKEN_CHARACTERS'))}; checked for this client before any key is fetched`
	],
	[
		'Memory for bodies that are being received, without those that stream to backends; for one client network',
		`${size(constant('src/entry/request-body.ts', 'MAX_HELD_BYTES'))}; ${size(constant('src/entry/request-body.ts', 'MAX_HELD_BYTES_PER_CLIENT'))}`
	],
	['The same, per wallet session', `1 accepted; ${rateLimits.perBrowser} attempts a minute`],
	[
		'Signed request for the Digital Credentials API',
		`${thousands(constant('bridge/schemas.ts', 'MAX_DC_REQUEST'))} characters`
	],
	[
		'Details of a wallet request in the store',
		`${thousands(constant('store/store.ts', 'MAX_VALUE_CHARACTERS'))} characters`
	],
	['Small body, in chunks', thousands(constant('src/entry/request-body.ts', 'MAX_BODY_CHUNKS'))],
	[
		'Small body, time to arrive, before its request counts',
		seconds(constant('src/entry/request-body.ts', 'BODY_LIMIT_MS'))
	],
	['Pause of the sender of such a body', seconds(constant('backends/proxy.ts', 'MAX_SILENCE_MS'))],
	['Connections per process, on Node', thousands(maxConnections)],
	[
		'Requests on one connection without a complete response, on Node (pipelining)',
		String(constant('src/entry/node/pipelining.ts', 'MAX_PENDING'))
	],
	['Requests in progress, without open event streams', thousands(requestsAtOnce)],
	[
		'Audit lines about failures',
		`${constant('audit.ts', 'MAX_PER_NETWORK')} a minute per network (IPv4 /24, IPv6 /48), ${thousands(constant('audit.ts', 'MAX_FAILURES'))} a minute per process`
	],
	[
		'Other log lines that anybody can cause: error responses, rejected access tokens, sign-ins that do not start, evicted cookies, foreign identity verifications',
		`${thousands(constant('log.ts', 'MAX_PER_NETWORK'))} a minute per network (IPv4 /24, IPv6 /48), ${thousands(constant('log.ts', 'MAX_CLIENT_LINES'))} a minute per process`
	],
	[
		'Log lines about requests that the server entry refuses',
		`${constant('src/entry/refusal.ts', 'MAX_LINES')} a minute`
	],
	['Age of a connection to an upstream service', seconds(constant(connections, 'MAX_CONNECTION_AGE_MS'))],
	['Idle time of a connection to an upstream service', seconds(constant(connections, 'MAX_IDLE_MS'))],
	['Time to connect to an upstream service', seconds(constant(connections, 'CONNECT_TIMEOUT_MS'))],
	['Call of the STS, response included', seconds(sts.timeoutMs)],
	['Call of the Auth Bridge, response included', seconds(bridge.timeoutMs)],
	['Call of the Auth Bridge, response included', `${constant('bridge/request.ts', 'RETRY_PAUSE_MS')} ms later`],
	[
		'Response of the STS: discovery, keys, tokens, institutions',
		size(constant('sts/metadata.ts', 'MAX_RESPONSE_BYTES'))
	],
	['Response of the Auth Bridge', size(bridge.maxBytes)],
	['Encodings of one response, such as gzip in gzip', String(constant('upstream/connections.ts', 'MAX_CODINGS'))],
	['Reads of wallet session statuses per process', `${readsPerSecond} a second`],
	[
		'Reads of its identity verification, and of what the page about it shows, per process',
		// One for a page and one for an API call in the same period.
		`${(2 * 1000) / constant('bridge/client.ts', 'maxAgeMs')} a second each`
	],
	[
		'Institutions listed; wallets listed',
		`${thousands(constant('sts/institutions.ts', 'MAX_INSTITUTIONS'))}; ${constant('bridge/schemas.ts', 'MAX_BINDINGS')}`
	],
	[
		'Keywords of an institution',
		`${constant('sts/institutions.ts', 'MAX_KEYWORDS')} of ${constant('sts/institutions.ts', 'MAX_KEYWORD_CHARACTERS')} characters`
	],
	[
		'Search for an institution',
		`${constant('src/lib/ui/match-institution.js', 'MAX_QUERY_CHARACTERS')} characters, ${constant('src/lib/ui/match-institution.js', 'MAX_WORDS')} different words`
	],
	['Institutions on one page', String(constant('src/lib/ui/match-institution.js', 'RESULTS_PER_PAGE'))],
	[
		"Fetches of the STS's keys that untrusted tokens cause, by an unknown key id or a wrong signature",
		`1 in ${seconds(constant('sts/keys.ts', 'COOLDOWN_MS'))}`
	],
	['Revocation of tokens at sign-out', seconds(constant('auth/session-tokens.ts', 'SIGN_OUT_LIMIT_MS'))],
	[
		'Discovery before the start, on Deno',
		`${seconds(constant('src/entry/deno/permissions.ts', 'TIME_LIMIT_MS'))}, ${size(constant('src/entry/deno/permissions.ts', 'MAX_BYTES'))}`
	],
	[
		'Readiness check of a service',
		`${seconds(constant('readiness.ts', 'LIMIT_MS'))}; the result is shared for ${seconds(constant('readiness.ts', 'CACHED_MS'))}`
	],
	[
		'Redis command; connection',
		`${seconds(constant('store/redis.ts', 'COMMAND_LIMIT_MS'))}; ${seconds(constant('store/redis.ts', 'CONNECT_LIMIT_MS'))}`
	],
	['Deno KV operation', seconds(constant('store/deno-kv.ts', 'CALL_LIMIT_MS'))],
	[
		'Sessions in the list of a person; the list, sealed',
		`${constant(sessionList, 'MAX_LISTED')}; ${thousands(constant('store/store.ts', 'MAX_VALUE_CHARACTERS'))} characters`
	],
	['Writes of the last use of a session to the list', `1 in ${minutes(constant(sessionList, 'ACTIVITY_MS') / 1000)}`],
	[
		'Attempts to change the list while other instances change it',
		`${constant(sessionList, 'MAX_TRIES')}; the next one ${seconds(constant(sessionList, 'RETRY_MS'))}`
	],
	['Connections to `METRICS_PORT` at the same time', String(constant('src/entry/prometheus.ts', 'MAX_CONNECTIONS'))],
	[
		'Head of a request to `METRICS_PORT`',
		`${size(constant('src/entry/prometheus.ts', 'maxHeaderSize'))}, ${seconds(constant('src/entry/prometheus.ts', 'headersTimeout'))}`
	],
	['Reading the list', seconds(constant(sessionList, 'READ_LIMIT_MS'))],
	['Times of the next write to the list, in memory', size(constant(sessionList, 'MAX_TIMES_BYTES'))],
	['User agent, as it is read for the list', `${constant('http/request.ts', 'MAX_USER_AGENT_CHARACTERS')} characters`]
];

describe('the table of limits in docs/security.md', () => {
	test.each(numbers)('gives for "%s" the same value as the code: %s', (limit, value) => {
		const documented = rows.get(limit);
		expect(documented, limit).toBeDefined();
		const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
		expect(documented).toMatch(new RegExp(`(?<![\\d,.])${escaped}(?![\\d])`));
	});
});
