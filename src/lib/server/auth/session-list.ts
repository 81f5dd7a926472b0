import * as v from 'valibot';
import { builtin } from '../runtime';
import { createBoundedCache } from '../cache';
import { unixMs, withinLimit } from '../clock';
import { config } from '../config';
import { browserNames, browserWords, systemNames } from '../http/request';
import { log } from '../log';
import { createSeal } from '../seal';
import { hasSharedStore, sharedStore, storeState } from '../store';
import { type Store, MAX_VALUE_CHARACTERS } from '../store/store';
import { isRevokedNow, startMs } from './revoked-sessions';
import { providers, type Session } from './session';

/** One session of a person, as the shared store has it. Times are in Unix seconds. */
const ListedSchema = v.object({
	id: v.string(),
	provider: v.picklist(providers),
	/** Words only: neither the user agent nor an address is stored. */
	browser: v.fallback(v.nullable(v.picklist(browserNames)), null),
	system: v.fallback(v.nullable(v.picklist(systemNames)), null),
	startedAt: v.number(),
	/** The last activity (`handles/session.ts`), to within `ACTIVITY_MS`. */
	activeAt: v.number(),
	endsAt: v.number(),
	/** What `isRevokedNow` needs. */
	sub: v.string(),
	sid: v.optional(v.string()),
	issuedAt: v.optional(v.number())
});
export type ListedSession = Readonly<v.InferOutput<typeof ListedSchema>>;

/** The sessions of one person. */
const RecordSchema = v.object({ userId: v.string(), sessions: v.array(ListedSchema) });
type Sessions = readonly ListedSession[];

/** The sessions that were active longest ago are dropped from the list. They are not ended. */
export const MAX_LISTED = 50;
/** A session's activity is written at most this often, by all instances together. */
const ACTIVITY_MS = 5 * 60_000;
/** How soon activity is recorded after the store was unavailable, or other instances kept changing the record. */
const RETRY_MS = 30_000;
/** How often a change is tried while other instances change the same record. */
const MAX_TRIES = 8;
/** A page waits at most this long for the list. */
const READ_LIMIT_MS = 2000;
/** About 7,000 sessions. */
const MAX_TIMES_BYTES = 2 * 1024 ** 2;
const PURPOSE = 'session list';

interface SessionListOptions {
	readonly store: Store;
	/** `AUTH_SECRET`: the first seals and names records; records of the others are read too. */
	readonly secrets: readonly string[];
	/** `SESSION_IDLE_TIMEOUT` in seconds; 0 if there is none. */
	readonly idleSeconds: number;
	/** Whether the shared store accepts writes. */
	readonly isAvailable: () => Promise<boolean>;
	/** Whether a session of the person has been ended. */
	readonly isEnded: (listed: ListedSession, userId: string) => Promise<boolean>;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/**
 * The list of a person's sessions, for the person. It is one sealed record per person in the shared store, because the store
 * can't list keys. The list decides nothing: what ends a session is its revocation. A record that was lost is rebuilt by the
 * activity of the sessions.
 */
export function createSessionList({
	store,
	secrets,
	idleSeconds,
	isAvailable,
	isEnded,
	unixNow = unixMs,
	now = () => performance.now()
}: SessionListOptions) {
	const seal = createSeal(secrets, PURPOSE);
	/** When the activity of a session is recorded next, on the clock of `now`. */
	const times = createBoundedCache<{ readonly dueMs: number }>({ maxBytes: MAX_TIMES_BYTES, bytesOf: () => 8, now });

	/** One key per secret. While `AUTH_SECRET` is changed, instances write with different first secrets and read all. */
	const keysOf = (userId: string) =>
		secrets.map(
			(secret) =>
				`sessions:${builtin.crypto().createHmac('sha256', secret).update(`${PURPOSE} ${userId}`).digest('base64url')}`
		);

	/** Whether a session has expired. Its last activity may be later than the time in the list. */
	function isExpired({ endsAt, activeAt }: ListedSession): boolean {
		const idleEndMs = idleSeconds > 0 ? (activeAt + idleSeconds) * 1000 + ACTIVITY_MS + RETRY_MS : Infinity;
		return Math.min(endsAt * 1000, idleEndMs) <= unixNow();
	}

	/** A record that can't be opened counts as empty, and so does one that was moved here from another key. */
	function opened(text: string, userId: string): Sessions {
		const record = v.safeParse(RecordSchema, seal.open(text)?.value);
		if (!record.success || record.output.userId !== userId) return [];
		return record.output.sessions.filter((listed) => !isExpired(listed));
	}

	async function readAt(key: string, userId: string): Promise<Sessions> {
		const entry = await store.read(key);
		return entry ? opened(entry.text, userId) : [];
	}

	/** The sessions in all records of a person, each once, those that were active last first. */
	async function find(userId: string): Promise<Sessions> {
		const found = (await Promise.all(keysOf(userId).map((key) => readAt(key, userId)))).flat();
		const newest = new Map<string, ListedSession>();
		for (const listed of found.sort((a, b) => a.activeAt - b.activeAt)) newest.set(listed.id, listed);
		return [...newest.values()].sort((a, b) => b.activeAt - a.activeAt);
	}

	function sealed(userId: string, sessions: Sessions): string {
		const kept = [...sessions].sort((a, b) => b.activeAt - a.activeAt).slice(0, MAX_LISTED);
		for (;;) {
			const text = seal.seal({ userId, sessions: kept });
			if (text.length <= MAX_VALUE_CHARACTERS || kept.length === 0) return text;
			kept.pop();
		}
	}

	/**
	 * Changes a record by compare-and-set, so that changes of other instances are not lost.
	 * @param edit returns the new sessions, or null to leave the record as it is
	 * @throws if other instances changed the record at each attempt
	 */
	async function change(key: string, userId: string, edit: (sessions: Sessions) => Sessions | null): Promise<void> {
		for (let tries = 0; tries < MAX_TRIES; tries++) {
			const entry = await store.read(key);
			const edited = edit(entry ? opened(entry.text, userId) : []);
			if (edited === null) return;
			const endMs = Math.max(0, ...edited.map(({ endsAt }) => endsAt)) * 1000;
			const lifeMs = Math.max(1, endMs - unixNow());
			if (await store.replace(key, entry, sealed(userId, edited), lifeMs)) return;
		}
		throw new Error('other instances keep changing the list of sessions');
	}

	/** How many milliseconds later the activity of a session is recorded next; 0 or less if it is due. */
	function dueInMs(listed: ListedSession | undefined): number {
		const ageMs = unixNow() - (listed?.activeAt ?? 0) * 1000;
		// A clock that steps back must not keep a session from being recorded.
		return ageMs < 0 ? 0 : ACTIVITY_MS - ageMs;
	}

	async function record(session: Session, userAgent: string | null): Promise<number> {
		const { id, userId, provider, sub, sid, issuedAt, endsAt } = session;
		const isThis = (listed: ListedSession) => listed.id === id;
		const dueMs = dueInMs((await find(userId)).find(isThis));
		if (dueMs > 0) return dueMs;
		const listed: ListedSession = {
			...{ id, provider, sub, sid, issuedAt, endsAt, ...browserWords(userAgent) },
			startedAt: startMs(session) / 1000,
			activeAt: Math.floor(unixNow() / 1000)
		};
		const [first = ''] = keysOf(userId);
		await change(first, userId, (sessions) => {
			const isRecorded = dueInMs(sessions.find(isThis)) > 0;
			return isRecorded ? null : [...sessions.filter((one) => !isThis(one)), listed];
		});
		return ACTIVITY_MS;
	}

	/**
	 * Removes sessions that have ended. Never throws: the list shows no session that was revoked, and records expire with
	 * their sessions.
	 * @param isOver which of the person's sessions have ended
	 */
	async function remove(userId: string, isOver: (listed: ListedSession) => boolean): Promise<void> {
		try {
			if (!(await isAvailable())) return;
			for (const key of keysOf(userId))
				await change(key, userId, (sessions) => {
					const kept = sessions.filter((listed) => !isOver(listed));
					return kept.length === sessions.length ? null : kept;
				});
		} catch (error) {
			log.debug('ended sessions could not be removed from the list', { error });
		}
	}

	return {
		/**
		 * Records that a session is in use, if that is due: at most once in five minutes. Adds a session that is not in the
		 * list. Never throws; while the store is unavailable it does nothing.
		 */
		noteActivity: async (session: Session, userAgent: string | null): Promise<void> => {
			const { id } = session;
			if (now() < (times.get(id)?.dueMs ?? -Infinity)) return;
			const again = (ms: number) => times.set(id, { dueMs: now() + ms });
			again(RETRY_MS);
			try {
				if (await isAvailable()) again(await record(session, userAgent));
			} catch (error) {
				log.debug('the activity of a session could not be recorded', { error });
			}
		},

		/**
		 * The sessions of a person that have not ended, those that were active last first. Null if the list can't be read
		 * now. Never throws.
		 */
		read: async (userId: string): Promise<Sessions | null> => {
			try {
				if (!(await isAvailable())) return null;
				const found = await withinLimit(find(userId), READ_LIMIT_MS);
				const ended = await Promise.all(found.map((listed) => isEnded(listed, userId)));
				const over = found.filter((_, index) => ended[index]).map(({ id }) => id);
				// The STS or an operator ended them. Both know nothing of this list.
				if (over.length > 0) void remove(userId, ({ id }) => over.includes(id));
				// A store that failed meanwhile may have returned nothing.
				return (await isAvailable()) ? found.filter(({ id }) => !over.includes(id)) : null;
			} catch (error) {
				log.warn('the list of sessions could not be read', { error });
				return null;
			}
		},

		remove
	};
}

let made: ReturnType<typeof createSessionList> | undefined;

/** The lists of this portal's shared store; empty, and never written, without a shared store. */
export function sessionList(): ReturnType<typeof createSessionList> {
	return (made ??= createSessionList({
		store: sharedStore(),
		secrets: config().secrets,
		idleSeconds: config().sessionIdleSeconds,
		isAvailable: async () => hasSharedStore() && (await storeState()) === 'up',
		isEnded: (listed, userId) => isRevokedNow({ ...listed, userId })
	}));
}
