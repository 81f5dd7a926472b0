import * as v from 'valibot';
import { setTimeout as pause } from 'node:timers/promises';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { copyOf, heldSession, holdsSession } from '../http/support/held-session.ts';
import { createWalletSession, sessionPath } from '../http/support/journeys.ts';
import { people, type Person } from '../sandbox/people.ts';
import type { ChaosLandscape } from './chaos-landscape.ts';
import { stamp, type Weather } from './fault-windows.ts';
import { FRONT_HEADER, STICKY_COOKIE } from './random-front.ts';
import type { TokenFamily } from './sts-gateway.ts';

/** Why a session was lost: nothing can be done about the first two. */
type LossCause = 'response lost' | 'killed during its token request' | 'none';

interface ChaosReport {
	requests: number;
	/** By status; those of the front itself apart. */
	readonly statuses: Record<string, number>;
	readonly sessionsLost: Record<LossCause, number>;
	signIns: number;
	signOuts: number;
	/** Copies of ended sessions that were shown to be refused. */
	endedSessionsChecked: number;
	/** What must not happen, in words. */
	readonly complaints: string[];
}

export const newReport = (): ChaosReport => ({
	requests: 0,
	statuses: {},
	sessionsLost: { 'response lost': 0, 'killed during its token request': 0, none: 0 },
	signIns: 0,
	signOuts: 0,
	endedSessionsChecked: 0,
	complaints: []
});

interface ChaosMember {
	/** One request, some at once, or one step of a journey. */
	step(): Promise<void>;
	/** With all well again: is signed in, as the right person; ended sessions are refused. */
	finish(): Promise<void>;
}

const HUNG_MS = 15_000;
const BACKEND_PATH = '/api/backends/sandbox/health';
const PATHS = ['/api/me', '/api/me', '/api/me', '/account', '/account', '/api/auth/session', BACKEND_PATH];
/** Faults behind the portal, and limits that say when to come again. */
const PASSING = [502, 503, 504];
const TRIES = 40;
/** How often a member follows `Retry-After` at the end. */
const RETRIES = 3;

const Me = v.pipe(v.string(), v.parseJson(), v.object({ user: v.object({ name: v.string() }) }));

/**
 * Somebody with a browser, who knows what to expect. Every second member is always sent to the same instance. The others send no
 * requests at the same time while the store is away: instances that can't speak to each other can't share a token call.
 */
export function chaosMember(
	index: number,
	landscape: ChaosLandscape,
	weather: Weather,
	random: () => number,
	report: ChaosReport
): ChaosMember {
	const person = personOf(index);
	const isSticky = index % 2 === 0;
	const ended: { readonly browser: Browser; readonly atMs: number; readonly restarts: number }[] = [];
	let browser = newBrowser();
	let isSignedIn = false;

	function newBrowser(): Browser {
		const fresh = new Browser(landscape.url);
		if (isSticky) fresh.putCookie(STICKY_COOKIE, String(index));
		return fresh;
	}

	const fail = (what: string) => void report.complaints.push(`member ${index}: ${what}`);

	/** One request; null where the front or the network, and not the portal, gave no response. */
	async function send(what: string, work: Promise<Visit>): Promise<Visit | null> {
		report.requests++;
		const visit = await withinPatience(work);
		const status = visit === 'hung' || visit === null ? String(visit) : statusOf(visit);
		report.statuses[status] = (report.statuses[status] ?? 0) + 1;
		if (visit === 'hung') fail(`${what}: no response within ${HUNG_MS / 1000} s`);
		if (visit === 'hung' || visit === null || visit.headers.has(FRONT_HEADER)) return null;
		if (visit.status === 503 && !visit.headers.has('retry-after') && what !== BACKEND_PATH)
			fail(`${what}: 503 without Retry-After`);
		const isFault = visit.status >= 500 && !PASSING.includes(visit.status);
		if (isFault && what !== BACKEND_PATH) fail(`${what}: ${visit.status} ${visit.text.slice(0, 200)}`);
		return visit;
	}

	const open = (path: string) => send(path, path.startsWith('/api/') ? browser.call(path) : browser.open(path));

	function assess(path: string, visit: Visit | null): 'well' | 'unknown' | 'signed out' {
		if (!visit || PASSING.includes(visit.status)) return 'unknown';
		if (visit.status === 401 || visit.url.pathname.startsWith('/login') || visit.text === 'null') return 'signed out';
		if (path === '/api/me' && visit.status === 200) {
			const { name } = v.parse(Me, visit.text).user;
			if (name !== nameOf(person)) fail(`is told to be ${name}, and is ${nameOf(person)}`);
		}
		if (visit.status !== 200 && path !== BACKEND_PATH) fail(`${path}: ${visit.status} ${visit.url.pathname}`);
		return 'well';
	}

	async function visitAtOnce(paths: readonly string[]): Promise<void> {
		const family = await familyHeld();
		const at = stamp();
		const results = await Promise.all(paths.map(async (path) => assess(path, await open(path))));
		if (!results.includes('signed out')) return;
		isSignedIn = false;
		const cause: LossCause = !family
			? 'none'
			: family.responsesLost > 0
				? 'response lost'
				: family.killed > 0
					? 'killed during its token request'
					: 'none';
		report.sessionsLost[cause]++;
		const history = family?.events.slice(-8).join('; ') ?? 'no token call is known';
		if (cause === 'none') fail(`lost its session at ${at}, asking for ${paths.join(' ')}: ${history}`);
	}

	async function familyHeld(): Promise<TokenFamily | undefined> {
		const { refreshToken } = await heldSession(browser, landscape);
		return landscape.ledger.familyOf(refreshToken);
	}

	/** From the login page to the institution and back; faults on the way are no complaint. */
	async function signIn(): Promise<void> {
		browser = newBrowser();
		const last = await send('sign-in', signInAs(browser, person));
		isSignedIn = last?.status === 200 && last.url.pathname === '/account' && holdsSession(browser);
		if (isSignedIn) report.signIns++;
	}

	async function signOut(): Promise<void> {
		const copy = copyOf(browser, landscape.url);
		const { restarts } = weather;
		const visit = await send('sign-out', browser.open('/api/auth/signout', { form: {} }));
		isSignedIn = false;
		if (!visit || visit.status >= 400) return;
		report.signOuts++;
		ended.push({ browser: copy, atMs: performance.now(), restarts });
	}

	async function checkEnded(isLast: boolean): Promise<void> {
		const settled = ended.findIndex(({ atMs }) => isLast || performance.now() - atMs > 1500);
		if (settled < 0 || (weather.isUnsettled && !isLast)) return;
		const [one] = ended.splice(settled, 1);
		const visit = one && (await send('/api/me', one.browser.call('/api/me')));
		// The store's weather may have changed during the request.
		if (!visit || (weather.isUnsettled && !isLast)) return;
		// The instance that ended the session and the store knew of it, and both may have forgotten it (docs/operations.md).
		if (weather.restartsAtLoss > one.restarts) return;
		if (visit.status === 200) fail('a session lives on after sign-out');
		if (visit.status === 401) report.endedSessionsChecked++;
	}

	async function watchWallet(): Promise<void> {
		const visitor = newBrowser();
		const id = await createWalletSession(visitor).catch(() => null);
		if (id !== null) await send('wallet status', visitor.call(sessionPath(id, 'status')));
	}

	const pick = <Value>(from: readonly Value[]) => from[Math.floor(random() * from.length)] as Value;

	return {
		async step() {
			// Visits are kept for other tests' sake.
			browser.visits.length = 0;
			if (!isSignedIn) return signIn();
			const draw = random();
			if (draw < 0.04) return signOut();
			if (draw < 0.12) return watchWallet();
			if (draw < 0.18) return checkEnded(false);
			const mayBurst = isSticky || !weather.isStoreAway;
			if (draw < 0.4 && mayBurst) return visitAtOnce(Array.from({ length: 4 }, () => pick(PATHS)));
			return visitAtOnce([pick(PATHS)]);
		},

		async finish() {
			while (ended.length > 0) await checkEnded(true);
			for (let tries = 0; tries < TRIES && !isSignedIn; tries++) {
				await signIn();
				await pause(250);
			}
			let visit = await open('/api/me');
			// After several lost token calls, the portal waits before it repeats the call once more, and says for how long.
			for (let tries = 0; tries < RETRIES && visit?.status === 503; tries++) {
				await pause(Number(visit.headers.get('retry-after')) * 1000);
				visit = await open('/api/me');
			}
			if (assess('/api/me', visit) !== 'well') fail(`is not well at the end: ${visit?.status ?? 'no response'}`);
		}
	};
}

function personOf(index: number): Person {
	const person = people[index % people.length];
	if (!person) throw new Error('the sandbox knows nobody');
	return person;
}

const nameOf = ({ givenName, familyName }: Person) => `${givenName} ${familyName}`;

async function signInAs(browser: Browser, { id, institutionId }: Person): Promise<Visit> {
	const login = await browser.open('/login');
	if (login.status !== 200) return login;
	const page = await browser.open(linkIn(login, `institution=${institutionId}`));
	const isAtInstitution = page.text.includes('name="person"');
	return isAtInstitution ? browser.submit(page, { person: id }) : page;
}

function statusOf(visit: Visit): string {
	return visit.headers.has(FRONT_HEADER) ? `${visit.status} of the front` : String(visit.status);
}

/** Null for a connection that broke off. */
async function withinPatience(work: Promise<Visit>): Promise<Visit | 'hung' | null> {
	let timer: NodeJS.Timeout | undefined;
	const hung = new Promise<'hung'>((resolve) => {
		timer = setTimeout(() => resolve('hung'), HUNG_MS);
	});
	try {
		return await Promise.race([work, hung]);
	} catch {
		return null;
	} finally {
		clearTimeout(timer);
	}
}
