import { errors, type JWTHeaderParameters } from 'jose';
import { keyFinder, type KeyFinder, readKeySet } from './key-set';

/** After this long the keys are fetched again, so that one that the STS has withdrawn is let go of. */
const FRESH_MS = 10 * 60_000;
/** Between two fetches that strangers cause, whether the keys came or not. */
const REST_MS = 30_000;

/** What the STS publishes for whoever checks its tokens. */
export interface Published {
	readonly issuer: string;
	/** The algorithms it signs ID tokens with, as discovery lists them. */
	readonly idTokenAlgorithms: readonly string[];
	/** The response of `jwks_uri`, as it came. */
	readonly jwks: unknown;
}

/** The same, ready to check a signature with. */
export interface StsKeys extends Omit<Published, 'jwks'> {
	readonly find: KeyFinder;
}

/** A token was not checked because the STS's keys can't be had: that says nothing about the token. */
export class KeysUnavailable extends Error {
	override readonly name = 'KeysUnavailable';
}

export interface KeyRing {
	/**
	 * The keys to check a token by. A key id that is not among them makes them be fetched anew: for a stranger's token at
	 * most once in 30 s however many ids come, for one that the STS itself has just handed over at once.
	 * @throws {KeysUnavailable} when the token's key is not known, and the STS did not answer
	 */
	keysFor(header: JWTHeaderParameters, from: 'sts' | 'stranger'): Promise<StsKeys>;
	/**
	 * Fetches the keys again after a signature was wrong, under the same limit.
	 * @returns null while they must not be fetched
	 * @throws {KeysUnavailable} when the STS did not answer: the signature may be that of a new key
	 */
	reloaded(from: 'sts' | 'stranger'): Promise<StsKeys | null>;
}

interface KeyRingOptions {
	readonly load: () => Promise<Published>;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/** Keeps the STS's keys. Known ones serve on while the STS is away; a fetch is shared by all who wait for it. */
export function createKeyRing({ load, now = () => performance.now() }: KeyRingOptions): KeyRing {
	let held: StsKeys | undefined;
	let loading: Promise<StsKeys> | undefined;
	let askedMs = -Infinity;
	let hasFailed = false;

	function reload(): Promise<StsKeys> {
		return (loading ??= fetchKeys().finally(() => (loading = undefined)));
	}

	async function fetchKeys(): Promise<StsKeys> {
		askedMs = now();
		try {
			const { jwks, ...published } = await load();
			held = { ...published, find: keyFinder(await readKeySet(jwks)) };
			hasFailed = false;
			return held;
		} catch (cause) {
			hasFailed = true;
			throw new KeysUnavailable('the keys of the STS could not be fetched', { cause });
		}
	}

	/** Only the first caller waits for a refresh of stale keys; after a failure nobody waits. */
	async function renewed(known: StsKeys): Promise<StsKeys> {
		if (now() < askedMs + (hasFailed ? REST_MS : FRESH_MS)) return known;
		const fresh = reload().catch(() => known);
		return hasFailed ? known : fresh;
	}

	return {
		async keysFor(header, from) {
			if (held && (await knows(held, header))) return renewed(held);
			if (from === 'sts' || loading || now() >= askedMs + REST_MS) return reload();
			if (!held || hasFailed)
				throw new KeysUnavailable('the key of a token is not known, and the STS was asked just now');
			return held;
		},

		async reloaded(from) {
			if (from === 'stranger' && now() < askedMs + REST_MS) return null;
			return reload();
		}
	};
}

async function knows({ find }: StsKeys, header: JWTHeaderParameters): Promise<boolean> {
	try {
		await find(header, { payload: '', signature: '' });
		return true;
	} catch (error) {
		return !(error instanceof errors.JWKSNoMatchingKey);
	}
}
