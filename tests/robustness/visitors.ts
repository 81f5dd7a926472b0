import * as v from 'valibot';
import { Browser, type Visit } from '../harness/browser.ts';
import type { Landscape } from '../harness/landscape.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from '../http/support/journeys.ts';

const HUNG_MS = 15_000;
const BACKEND_PATH = '/api/backends/sandbox/health';
const MEMBER_PATHS = ['/api/me', '/account', '/api/auth/session', BACKEND_PATH, '/api/me'];
const NO_RESPONSE = 'no response';

const Completed = v.object({ continueUrl: v.string() });

/** What a visitor has met that must not happen, in words. */
export type Complaint = string;

export interface Visitor {
	/** One request, or one step of a journey; adds what it must not have met. */
	step(): Promise<void>;
}

/** Runs into a limit of its own, for no response at all would otherwise go unnoticed. */
async function responded(work: Promise<Visit>): Promise<Visit> {
	let timer: NodeJS.Timeout | undefined;
	const hung = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(NO_RESPONSE)), HUNG_MS);
	});
	try {
		return await Promise.race([work, hung]);
	} finally {
		clearTimeout(timer);
	}
}

/** Somebody who is signed in and goes from page to page, and must stay signed in whatever happens behind the portal. */
export async function memberOf({ url }: Landscape, complaints: Complaint[]) {
	const browser = new Browser(url);
	await signInAtInstitution(browser);
	let turn = 0;
	return {
		browser,
		async step(): Promise<void> {
			const path = MEMBER_PATHS[turn++ % MEMBER_PATHS.length] ?? '/';
			const visit = await responded(browser.open(path)).catch(wordsOf);
			if (typeof visit === 'string') {
				// A response of the backend that breaks off, breaks off here too.
				if (path !== BACKEND_PATH || visit === NO_RESPONSE) complaints.push(`${path}: ${visit}`);
			} else if (isWrong(visit) || visit.url.pathname === '/login' || visit.status === 401 || visit.text === 'null')
				complaints.push(`${path}: ${visit.status} ${visit.url.pathname} ${visit.text.slice(0, 80)}`);
		}
	};
}

/** Somebody who signs in with a wallet over and over, and may be told that it does not work now. */
export function walletHolderOf({ url, sandbox }: Landscape, complaints: Complaint[]): Visitor {
	const ask = async (what: string, work: Promise<Visit>): Promise<Visit | null> => {
		const visit = await responded(work).catch(wordsOf);
		if (typeof visit !== 'string' && !isWrong(visit)) return visit.status < 400 ? visit : null;
		complaints.push(`${what}: ${typeof visit === 'string' ? visit : `${visit.status} ${visit.text.slice(0, 80)}`}`);
		return null;
	};
	return {
		async step() {
			const browser = new Browser(url);
			const id = await createWalletSession(browser).catch(() => null);
			if (id === null) return;
			await ask('status', browser.call(sessionPath(id, 'status')));
			await sandbox.share(id, 'known-student');
			const completed = await ask('complete', browser.call(sessionPath(id, 'complete'), { method: 'POST' }));
			const next = v.safeParse(Completed, completed && JSON.parse(completed.text));
			if (next.success) await ask('sign-in', browser.open(next.output.continueUrl));
		}
	};
}

/** Faults behind the portal may be told (502 to 504); faults of its own never happen. */
function isWrong({ status }: Visit): boolean {
	return status >= 500 && ![502, 503, 504].includes(status);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
